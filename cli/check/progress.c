// SPDX-License-Identifier: MIT
//
// The progress line on the terminal.
#include "check/progress.h"

#include "program/clock.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

// Up to QUIET_TARGETS targets there is no progress line. INTERVAL_MS is the least time between two
// updates of the line.
enum { QUIET_TARGETS = 8, INTERVAL_MS = 200 };

void check_progress_show(void *arg, size_t n_done, size_t n)
{
    struct check_progress *progress = arg;
    if (n <= QUIET_TARGETS || !isatty(STDERR_FILENO))
        return;
    int64_t now = clock_ms();
    if (progress->is_shown && now - progress->shown_at < INTERVAL_MS)
        return;
    fprintf(stderr, "\r%s %zu of %zu\033[K", progress->verb, n_done, n);
    fflush(stderr);
    progress->is_shown = true;
    progress->shown_at = now;
}

void check_progress_end(struct check_progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    *progress = (struct check_progress){.verb = progress->verb};
}
