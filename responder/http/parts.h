// SPDX-License-Identifier: MIT
//
// What the files of HTTP share: http_request.c answers a request, http.c has the connections and
// the settings.
#ifndef HTTP_PARTS_H
#define HTTP_PARTS_H

#include "http/accept.h"
#include "http/connection.h"
#include "http/reply.h"
#include "http/server.h"

#include <pthread.h>

// struct pool is daemons that were begun together. It ends when it is not the first any more and
// has no connections.
struct pool {
    struct pool *next;
    atomic_size_t n_connections;
    size_t max_header;
    size_t turn;
    size_t n;
    struct MHD_Daemon *daemons[];
};

// struct prefix is a path prefix. Each that there ever was stays, since threads may be reading it.
struct prefix {
    struct prefix *next;
    char text[];
};

// What a reload changes is read by all threads at any time, each value for itself.
struct http {
    struct engine *engine;
    struct connections *connections;
    struct http_replies *replies;
    struct acceptor *acceptor;
    pthread_mutex_t lock;  // of `pools`
    struct pool *pools;
    struct prefix *prefixes;
    bool is_in_place;  // see http_header.h
    atomic_bool is_draining;
    atomic_bool is_ending;
    _Atomic(const char *) prefix;
    atomic_size_t max_request;
    atomic_size_t max_header;
    atomic_size_t max_connections;
    atomic_size_t max_connections_by_address;
    atomic_size_t sample;
    _Atomic(int64_t) idle_timeout;  // both in milliseconds
    _Atomic(int64_t) request_timeout;
};

#endif
