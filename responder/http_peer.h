// SPDX-License-Identifier: MIT
//
// The connections that there are: how many, from where, and since when each is as it is. They
// are counted before libmicrohttpd sees them.
#ifndef RESPONDER_HTTP_PEER_H
#define RESPONDER_HTTP_PEER_H

#include "front.h"
#include "metrics.h"

#include <microhttpd.h>

#include <stdatomic.h>
#include <sys/socket.h>

// enum peer_stage is what a connection is at.
enum peer_stage {
    PEER_IDLE = 0,   // no request
    PEER_RECEIVING,  // of one, the first line at least is there
    PEER_WAITING,    // one is whole, and being answered
    PEER_SENDING,    // the answer is under way
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
    struct front_waiter waiter;
    _Atomic(enum wait_state) state;
    struct MHD_Connection *connection;
    struct reply reply;
};

// struct peer_request is the request that is being received or answered. `uri` is in the memory
// of libmicrohttpd until the request has ended; `method` is not known before it has begun. `id` is
// for the log, empty when it is not wanted.
struct peer_request {
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

enum { PEER_BODY_SMALL = 512 };

// struct peer is one connection. `since` is in milliseconds of the clock of http_peer_now();
// `stage` and it are read by others at any time. `group` is where it is counted too.
struct peer {
    struct peer *next;
    struct peer **link;
    int socket;
    bool is_started;
    bool has_asked;  // at least the first line of one request was there
    bool is_ended;   // its socket was shut down
    uint64_t address;
    atomic_size_t *group;
    _Atomic(enum peer_stage) stage;
    _Atomic(int64_t) since;
    struct wait *wait;
    struct peer_request request;
    uint8_t *body;
    size_t body_size;
    uint8_t small[PEER_BODY_SMALL];
};

// http_peer_now is a clock that is not set, in milliseconds, cheap and coarse.
int64_t http_peer_now(void);

// peer_set_stage says what a connection is at from now on.
void peer_set_stage(struct peer *peer, enum peer_stage stage);

// struct peers is all connections.
struct peers;
struct peers *peers_new(void);
void peers_free(struct peers *peers);
size_t peers_count(const struct peers *peers);

// struct peer_limits is how many there may be; 0 by address is as many as in all.
struct peer_limits {
    size_t in_all;
    size_t by_address;
};

// peers_add takes a connection that was accepted on `socket`. IPv6 addresses of one network of
// 64 bits are one; those of Unix sockets have no limit by address. Returns NULL when it is too
// many, or there is no memory.
struct peer *peers_add(struct peers *peers, int socket, const struct sockaddr_storage *address,
                       const struct peer_limits *limits, atomic_size_t *group);

// peers_start finds the connection on `socket` that was added, NULL when there is none. From
// then on, until peers_remove, the socket is sure to be its own.
struct peer *peers_start(struct peers *peers, int socket);

// peers_remove ends a connection, before its socket is closed, and frees it.
void peers_remove(struct peers *peers, struct peer *peer);

// peers_each calls `each` with every connection that has been started; none is removed meanwhile.
void peers_each(struct peers *peers, void (*each)(void *arg, struct peer *peer), void *arg);

#endif
