// SPDX-License-Identifier: MIT
//
// A thread that accepts connections on any number of listening sockets, which can be replaced while
// it runs. libmicrohttpd could accept by itself, but then removing a socket may abort the process,
// and closes the connections that were accepted on it.
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

// struct acceptor_sink takes connections. `socket` is non-blocking, and the sink closes it.
struct acceptor_sink {
    void (*take)(void *arg, int socket, const struct sockaddr_storage *address);
    void *arg;
};

struct acceptor;

// acceptor_new starts to accept on `n` sockets, which remain the caller's. Returns NULL and sets
// errno on failure.
struct acceptor *acceptor_new(const int *sockets, size_t n, const struct acceptor_sink *sink);

// acceptor_exchange continues with other sockets; with none it stops accepting. On failure nothing
// changes.
bool acceptor_exchange(struct acceptor *acceptor, const int *sockets, size_t n);

// acceptor_free stops the thread. NULL is allowed.
void acceptor_free(struct acceptor *acceptor);

#endif
