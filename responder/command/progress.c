// SPDX-License-Identifier: MIT
#include "command/progress.h"

#include "program/clock.h"
#include "program/report.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR = 30, BAR_EACH_MS = 200, LINE_EACH_MS = 10000 };

void progress_begin(struct progress *progress, const char *title)
{
    bool is_terminal = isatty(STDERR_FILENO) != 0;
    *progress = (struct progress){.title = title, .is_terminal = is_terminal};
    // The bar is shown at once, a line only when it has taken long.
    progress->shown_at = clock_ms() - (is_terminal ? BAR_EACH_MS : 0);
}

static void show_bar(struct progress *progress, const char *verb, int percent, size_t n)
{
    int filled = percent * BAR / 100;
    fprintf(stderr, "\r%3d %% [%.*s%*s] %zu %s", percent, filled, "##############################",
            BAR - filled, "", n, verb);
    fflush(stderr);
    progress->has_bar = true;
}

void progress_show(struct progress *progress, const char *verb, int64_t done, int64_t size,
                   size_t n)
{
    int64_t now = clock_ms();
    if (now - progress->shown_at < (progress->is_terminal ? BAR_EACH_MS : LINE_EACH_MS))
        return;
    progress->shown_at = now;
    // The file may have grown.
    int percent = size <= 0 || done >= size ? 100 : (int)(done * 100 / size);
    if (progress->is_terminal)
        show_bar(progress, verb, percent, n);
    else
        complain(progress->title, "%d %% %s: %zu certificates", percent, verb, n);
}

void progress_clear(struct progress *progress)
{
    if (progress->has_bar)
        fputs("\r\033[K", stderr);
    progress->has_bar = false;
}
