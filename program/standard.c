// SPDX-License-Identifier: MIT
//
// What every program has to see to before and after its work.
#include "program/standard.h"

#include "program/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// A program started with a standard descriptor closed would get it for the next file
// that it opens, and then print into that file. Opened for the wrong direction, the
// descriptor is taken and still fails when it is used.
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
    // A closed pipe is to be reported like a full disk, not to kill without a word.
    return occupy_descriptors() && signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

bool standard_end(void)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && !failed)
        return true;
    // The reason of an earlier failure is forgotten by now, unless it still holds.
    complain(report_program(), "standard output: %s", errno != 0 ? strerror(errno) : "write error");
    return false;
}
