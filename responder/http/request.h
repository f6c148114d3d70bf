// SPDX-License-Identifier: MIT
//
// Answers requests on the connections that a daemon of libmicrohttpd is given.
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/connection.h"
#include "http/get.h"
#include "http/reply.h"

#include <microhttpd.h>

// struct http_service is what all daemons share. The settings may change at a reload; each is read
// on its own, at any time and by any thread.
struct http_service {
    struct engine *engine;
    struct connections *connections;
    struct http_replies *replies;
    bool is_in_place;         // see http_header_is_in_place()
    atomic_bool is_draining;  // every answer closes its connection
    atomic_bool is_stopping;  // no connection may be suspended any more
    _Atomic(const struct http_prefixes *) prefixes;
    atomic_size_t max_request;
    atomic_size_t max_header;
    atomic_size_t sample;
};

// http_daemon_new starts a daemon, which is one thread, with memory for headers of `max_header`
// bytes on each connection. The caller stops it with MHD_stop_daemon(). Returns NULL on failure.
struct MHD_Daemon *http_daemon_new(struct http_service *service, size_t max_header);

#endif
