// SPDX-License-Identifier: MIT
//
// A thread that accepts connections on any number of listening sockets, which may be exchanged
// while it runs. libmicrohttpd could accept by itself, but then a socket that is taken away from
// it may end the process, and connections end with the listener that they came from.
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

// struct acceptor_sink takes connections: `socket` does not block, and is the sink's to close.
struct acceptor_sink {
    void (*take)(void *arg, int socket, const struct sockaddr_storage *address);
    void *arg;
};

struct acceptor;

// acceptor_new begins to accept on `n` sockets, which stay the caller's. Returns NULL when it
// cannot, with errno.
struct acceptor *acceptor_new(const int *sockets, size_t n, const struct acceptor_sink *sink);

// acceptor_exchange goes on with other sockets; none stops it for good. On failure nothing has
// changed.
bool acceptor_exchange(struct acceptor *acceptor, const int *sockets, size_t n);

// acceptor_free ends the thread. NULL is allowed.
void acceptor_free(struct acceptor *acceptor);

#endif
