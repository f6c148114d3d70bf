// SPDX-License-Identifier: MIT
//
// A web server on the loopback address, in a thread, that does no more than it must: it
// answers what is asked at /N/... with the Nth of its messages.
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <ocsp/base.h>

#include <stddef.h>

struct server;

// server_start serves `n` messages, which must stay, until server_stop(); `*port` is where.
struct server *server_start(const struct oc_bytes *messages, size_t n, unsigned *port);
void server_stop(struct server *server);

#endif
