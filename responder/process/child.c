// SPDX-License-Identifier: MIT
//
// fork(2) without exec is safe, because the parent has no threads and no keys.
#include "process/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum { SOCKET_FD = 3 };

// Signals from a terminal reach the whole process group, but only the supervisor acts on them.
static void reset_signals(void)
{
    sigset_t none;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_alone(pid_t parent, int socket)
{
    // The parent may have exited before PR_SET_PDEATHSIG was set.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return false;
    if (socket != SOCKET_FD && dup2(socket, SOCKET_FD) != SOCKET_FD)
        return false;
    return fcntl(SOCKET_FD, F_SETFD, FD_CLOEXEC) == 0 && close_range(SOCKET_FD + 1, ~0U, 0) == 0;
}

pid_t child_start(const char *name, int (*life)(const struct config *config, int socket),
                  const struct config *config, int *socket)
{
    int ends[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NAME, name);
        unsetenv("NOTIFY_SOCKET");
        reset_signals();
        _exit(is_alone(parent, ends[1]) ? life(config, SOCKET_FD) : EX_OSERR);
    }
    int error = errno;
    close(ends[1]);
    if (pid == -1) {
        close(ends[0]);
        errno = error;
        return -1;
    }
    *socket = ends[0];
    return pid;
}
