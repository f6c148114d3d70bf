// SPDX-License-Identifier: MIT
//
// getaddrinfo() cannot be interrupted, but a child process that calls it can be killed.
#include "check/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// struct lookup is what the child writes. It is short enough for one write to a pipe.
struct lookup {
    int error;
    size_t n;
    struct address addresses[RESOLVE_MAX];
};

static void look_up(const char *host, const char *port, struct lookup *out)
{
    struct addrinfo *list = NULL;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    out->error = getaddrinfo(host, port, &hints, &list);
    if (out->error != 0)
        return;
    for (const struct addrinfo *at = list; at != NULL && out->n < RESOLVE_MAX; at = at->ai_next) {
        struct address *address = &out->addresses[out->n++];
        address->family = at->ai_family;
        address->len = at->ai_addrlen;
        memcpy(&address->socket, at->ai_addr, at->ai_addrlen);
    }
    freeaddrinfo(list);
}

_Noreturn static void be_child(const char *host, const char *port, int fd)
{
    struct lookup lookup = {0};
    look_up(host, port, &lookup);
    _exit(write(fd, &lookup, sizeof lookup) == (ssize_t)sizeof lookup ? 0 : 1);
}

static const char *receive(int fd, long milliseconds, struct lookup *lookup)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n = poll(&p, 1, (int)milliseconds);
    if (n == 0)
        return "the name lookup timed out";
    if (n < 0 || read(fd, lookup, sizeof *lookup) != (ssize_t)sizeof *lookup)
        return "cannot look up the name";
    return lookup->error != 0 ? gai_strerror(lookup->error) : NULL;
}

static void end_child(pid_t child)
{
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
        ;
}

size_t resolve(const char *host, const char *port, long milliseconds,
               struct address out[RESOLVE_MAX], const char **why)
{
    int fds[2];
    struct lookup lookup = {0};
    *why = "cannot look up the name";
    if (pipe(fds) != 0)
        return 0;
    pid_t child = fork();
    if (child == 0)
        be_child(host, port, fds[1]);
    close(fds[1]);
    if (child > 0) {
        *why = receive(fds[0], milliseconds, &lookup);
        end_child(child);
    }
    close(fds[0]);
    if (*why != NULL)
        return 0;
    memcpy(out, lookup.addresses, sizeof lookup.addresses);
    return lookup.n;
}
