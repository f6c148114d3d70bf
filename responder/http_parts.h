// SPDX-License-Identifier: MIT
//
// What the files of HTTP share: http_request.c answers a request, http.c has the connections and
// the settings.
#ifndef RESPONDER_HTTP_PARTS_H
#define RESPONDER_HTTP_PARTS_H

#include "http.h"
#include "http_accept.h"
#include "http_peer.h"
#include "http_reply.h"

#include <pthread.h>

// struct crew is daemons that were begun together. It ends when it is not the first any more and
// has no connections.
struct crew {
    struct crew *next;
    atomic_size_t n_peers;
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
    struct front *front;
    struct peers *peers;
    struct http_replies *replies;
    struct acceptor *acceptor;
    pthread_mutex_t lock;  // of `crews`
    struct crew *crews;
    struct prefix *prefixes;
    bool is_in_place;  // see http_header.h
    atomic_bool is_draining;
    atomic_bool is_ending;
    _Atomic(const char *) prefix;
    atomic_size_t max_request;
    atomic_size_t max_header;
    atomic_size_t max_peers;
    atomic_size_t max_peers_by_address;
    atomic_size_t sample;
    _Atomic(int64_t) idle_timeout;  // both in milliseconds
    _Atomic(int64_t) request_timeout;
};

// http_is_last tells whether connections are to end with their next answer.
bool http_is_last(const struct http *http);

// http_new_daemon begins a daemon of libmicrohttpd, one thread, that answers on the connections
// that it is given. NULL when it cannot be begun.
struct MHD_Daemon *http_new_daemon(struct http *http, const struct config *config);

#endif
