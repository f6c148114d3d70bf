// SPDX-License-Identifier: MIT
//
// All connections: how many there are, from which addresses, and what each one is doing and since
// when. A connection is counted before libmicrohttpd sees it.
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "http/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// enum connection_stage is what a connection is doing.
enum connection_stage {
    CONNECTION_IDLE = 0,   // no request
    CONNECTION_RECEIVING,  // at least the first line of a request has arrived
    CONNECTION_WAITING,    // the request is complete, its answer is being made
    CONNECTION_SENDING,    // the answer is being sent
};

// enum request_phase is what happens when libmicrohttpd calls the request handler the next time.
enum request_phase {
    REQUEST_HEADER = 0,  // the header is read
    REQUEST_BODY,        // a part of the body is received, or the complete request is answered
    REQUEST_ASKED,       // the answer is there, and is sent
};

// struct connection_request is the request that is being received or answered. `uri` belongs to
// libmicrohttpd and is valid until the request is completed. `method` is set when the header is
// read. `id` is the cert ID for the access log, "" if there is none.
struct connection_request {
    enum request_phase phase;
    bool is_too_long;
    bool is_chunked;
    bool has_tag;  // there is an If-None-Match field
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

// struct connection is one connection. `since` is in milliseconds of clock_coarse_ms(); other
// threads read it and `stage` at any time. `group` is a second counter that includes this
// connection. `suspension` belongs to http/suspend.c, which changes it under `lock`.
struct connection {
    struct connection *next;
    struct connection **link;
    atomic_uint n_holders;
    int socket;
    bool is_started;
    bool has_asked;  // the first line of at least one request has arrived
    bool is_shut;    // the socket was shut down
    uint64_t address;
    atomic_size_t *group;
    _Atomic(enum connection_stage) stage;
    _Atomic(int64_t) since;
    pthread_mutex_t lock;
    struct suspension *suspension;
    struct connection_request request;
    uint8_t *body;
    size_t body_size;
    uint8_t small[CONNECTION_BODY_SMALL];
};

// connection_set_stage sets what a connection is doing from now on.
void connection_set_stage(struct connection *connection, enum connection_stage stage);

// connection_hold keeps the memory of a connection until connection_release(), even after
// connections_remove().
void connection_hold(struct connection *connection);
void connection_release(struct connection *connection);

// struct connections is all connections. connections_new returns NULL if it is out of memory.
struct connections;
struct connections *connections_new(void);
void connections_free(struct connections *connections);
size_t connections_count(const struct connections *connections);

// struct connection_limits is how many connections may exist. `by_address` is the limit for one
// address; 0 means that only the total is limited.
struct connection_limits {
    size_t in_all;
    size_t by_address;
};

// connections_add adds a connection that was accepted on `socket`. All IPv6 addresses of one /64
// network count as one address; Unix sockets have no limit by address. Returns NULL if a limit is
// reached or it is out of memory.
struct connection *connections_add(struct connections *connections, int socket,
                                   const struct sockaddr_storage *address,
                                   const struct connection_limits *limits, atomic_size_t *group);

// connections_start finds the connection that was added with this socket, or returns NULL. From
// then on until connections_remove() the socket number belongs to this connection.
struct connection *connections_start(struct connections *connections, int socket);

// connections_remove removes a connection, before its socket is closed, and releases it.
void connections_remove(struct connections *connections, struct connection *connection);

// connections_each calls `each` with every connection that has been started. No connection is
// removed meanwhile.
void connections_each(struct connections *connections,
                      void (*each)(void *arg, struct connection *connection), void *arg);

#endif
