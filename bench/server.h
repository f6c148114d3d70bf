// SPDX-License-Identifier: MIT
//
// A minimal web server on the loopback address, in a thread: it answers a request for /N/...
// with the Nth of its messages.
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <ocsp/base.h>

#include <stddef.h>

struct server;

// server_start serves `n` messages, which must stay, until server_stop(), and sets `*port` to its
// port.
struct server *server_start(const struct oc_bytes *messages, size_t n, unsigned *port);
void server_stop(struct server *server);

#endif
