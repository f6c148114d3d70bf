// SPDX-License-Identifier: MIT
//
// The progress of a command that takes long, on standard error: a bar if that is a terminal,
// otherwise a line from time to time.
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// struct progress is what was last shown, at `shown_at` of clock_ms(). `title` precedes lines.
struct progress {
    const char *title;
    bool is_terminal;
    bool has_bar;
    int64_t shown_at;
};

// progress_begin begins a stage of a command.
void progress_begin(struct progress *progress, const char *title);

// progress_show shows that `done` of `size` octets are `verb` ("checked", for instance), with `n`
// certificates, if it is time to show something.
void progress_show(struct progress *progress, const char *verb, int64_t done, int64_t size,
                   size_t n);

// progress_clear removes the bar. Call it before anything else is printed.
void progress_clear(struct progress *progress);

#endif
