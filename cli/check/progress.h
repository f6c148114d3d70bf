// SPDX-License-Identifier: MIT
//
// How far `ocsp check` has come: one line on a terminal, which is gone in the end.
#ifndef CLI_CHECK_PROGRESS_H
#define CLI_CHECK_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// struct check_progress is the line. `verb` is what is done with how many, for instance "asked";
// the rest begins with zero.
struct check_progress {
    const char *verb;
    bool is_shown;
    int64_t shown_at;
};

// check_progress_show writes "asked 37 of 1000" over the line, on standard error; `arg` is a
// struct check_progress. Nothing happens for a few, where standard error is no terminal, and soon
// after the last time.
void check_progress_show(void *arg, size_t n_done, size_t n);

// check_progress_end takes the line away.
void check_progress_end(struct check_progress *progress);

#endif
