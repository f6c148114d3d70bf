// SPDX-License-Identifier: MIT
//
// The connections that there are: how many, from where, and since when each is as it is. They
// are counted before libmicrohttpd sees them.
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "answer/engine.h"
#include "answer/reply.h"
#include "http/metrics.h"

#include <microhttpd.h>

#include <stdatomic.h>
#include <sys/socket.h>

// enum connection_stage is what a connection is at.
enum connection_stage {
    CONNECTION_IDLE = 0,   // no request
    CONNECTION_RECEIVING,  // of one, the first line at least is there
    CONNECTION_WAITING,    // one is whole, and being answered
    CONNECTION_SENDING,    // the answer is under way
};

// enum wait_state is where the answer is that a connection waits for.
enum wait_state {
    WAIT_NONE = 0,
    WAIT_ASKED,      // being made; the connection runs
    WAIT_SUSPENDED,  // being made; the connection rests until then
    WAIT_READY,      // in `reply`
    WAIT_GIVEN_UP,   // nobody waits any more; who brings the answer frees all
};

// struct wait is what the front gets to call back; see http_wait.h.
struct wait {
    struct engine_waiter waiter;
    _Atomic(enum wait_state) state;
    struct MHD_Connection *mhd;
    struct reply reply;
};

// struct connection_request is the request that is being received or answered. `uri` is in the
// memory of libmicrohttpd until the request has ended; `method` is not known before it has begun.
// `id` is for the log, empty when it is not wanted.
struct connection_request {
    bool has_begun;
    bool is_too_long;
    bool was_asked;
    bool is_chunked;
    bool has_tag;  // If-None-Match is there
    bool is_counted;
    const char *uri;
    size_t uri_len;
    enum metric_method method;
    size_t body_len;
    uint64_t began;  // in microseconds
    bool is_logged;
    char id[65];
};

enum { CONNECTION_BODY_SMALL = 512 };

// struct connection is one connection. `since` is in milliseconds of the clock of
// clock_coarse_ms(); `stage` and it are read by others at any time. `group` is where it is counted
// too.
struct connection {
    struct connection *next;
    struct connection **link;
    int socket;
    bool is_started;
    bool has_asked;  // at least the first line of one request was there
    bool is_ended;   // its socket was shut down
    uint64_t address;
    atomic_size_t *group;
    _Atomic(enum connection_stage) stage;
    _Atomic(int64_t) since;
    struct wait *wait;
    struct connection_request request;
    uint8_t *body;
    size_t body_size;
    uint8_t small[CONNECTION_BODY_SMALL];
};

// connection_set_stage says what a connection is at from now on.
void connection_set_stage(struct connection *connection, enum connection_stage stage);

// struct connections is all connections.
struct connections;
struct connections *connections_new(void);
void connections_free(struct connections *connections);
size_t connections_count(const struct connections *connections);

// struct connection_limits is how many there may be; 0 by address is as many as in all.
struct connection_limits {
    size_t in_all;
    size_t by_address;
};

// connections_add takes a connection that was accepted on `socket`. IPv6 addresses of one network
// of 64 bits are one; those of Unix sockets have no limit by address. Returns NULL when it is too
// many, or there is no memory.
struct connection *connections_add(struct connections *connections, int socket,
                                   const struct sockaddr_storage *address,
                                   const struct connection_limits *limits, atomic_size_t *group);

// connections_start finds the connection on `socket` that was added, NULL when there is none. From
// then on, until connections_remove, the socket is sure to be its own.
struct connection *connections_start(struct connections *connections, int socket);

// connections_remove ends a connection, before its socket is closed, and frees it.
void connections_remove(struct connections *connections, struct connection *connection);

// connections_each calls `each` with every connection that has been started; none is removed
// meanwhile.
void connections_each(struct connections *connections,
                      void (*each)(void *arg, struct connection *connection), void *arg);

#endif
