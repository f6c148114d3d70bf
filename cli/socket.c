// SPDX-License-Identifier: MIT
//
// Sockets that never block longer than their deadline.
#include "socket.h"

#include "program/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

bool socket_wait(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_ms();
        struct pollfd p = {.fd = fd, .events = events};
        int n = left > 0 ? poll(&p, 1, left < INT_MAX ? (int)left : INT_MAX) : 0;
        if (n > 0)
            return true;
        if (n == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        if (errno != EINTR)
            return false;
    }
}

static bool connect_to(int fd, const struct sockaddr *address, socklen_t len, int64_t deadline)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (connect(fd, address, len) == 0)
        return true;
    if (errno != EINPROGRESS || !socket_wait(fd, POLLOUT, deadline))
        return false;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return false;
    errno = error;
    return error == 0;
}

int socket_open(const struct sockaddr *address, socklen_t len, int64_t deadline)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1 || connect_to(fd, address, len, deadline))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

bool socket_send(int fd, const void *data, size_t len, int64_t deadline)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        } else if (errno != EINTR && (errno != EAGAIN || !socket_wait(fd, POLLOUT, deadline))) {
            return false;
        }
    }
    return true;
}

ssize_t socket_receive(int fd, void *data, size_t size, int64_t deadline)
{
    for (;;) {
        ssize_t n = recv(fd, data, size, 0);
        if (n >= 0)
            return n;
        if (errno != EINTR && (errno != EAGAIN || !socket_wait(fd, POLLIN, deadline)))
            return -1;
    }
}
