// SPDX-License-Identifier: MIT
//
// The standard descriptors: opened at the start, checked at the end.
#include "program/standard.h"

#include "program/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// If a standard descriptor is closed, the next file that the program opens would get its number,
// and output would go to that file. Opened here for the wrong direction, the descriptor is in use,
// but reading or writing it still fails.
static bool occupy_descriptors(void)
{
    static const int direction[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", direction[fd]) != fd)
            return false;
    }
    return true;
}

bool standard_begin(const char *program)
{
    report_set_program(program);
    // Writing to a closed pipe should be reported like a full disk, not kill the process.
    return occupy_descriptors() && signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

void standard_end_by_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
}

bool standard_end(void)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && !failed)
        return true;
    // errno of an earlier failure is lost; a flush that fails now sets it again.
    complain(report_program(), "cannot write to standard output: %s",
             errno != 0 ? strerror(errno) : "write error");
    return false;
}
