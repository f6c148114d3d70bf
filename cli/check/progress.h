// SPDX-License-Identifier: MIT
//
// The progress of `ocsp check`: one line on the terminal, which is erased at the end.
#ifndef CLI_CHECK_PROGRESS_H
#define CLI_CHECK_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// struct check_progress is the line. `verb` is its first word, for instance "asked"; the other
// members start as zero.
struct check_progress {
    const char *verb;
    bool is_shown;
    int64_t shown_at;
};

// check_progress_show writes "asked 37 of 1000" over the line, on standard error; `arg` is a struct
// check_progress. It does nothing if there are few targets, if standard error is not a terminal, or
// shortly after the last update.
void check_progress_show(void *arg, size_t n_done, size_t n);

// check_progress_end erases the line.
void check_progress_end(struct check_progress *progress);

#endif
