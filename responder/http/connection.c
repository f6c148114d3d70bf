// SPDX-License-Identifier: MIT
//
// A connection is found by the number of its socket, which is unique while it is open.
// libmicrohttpd does not report a connection that it could not start: such a one is removed when
// its number is used again.
#include "http/connection.h"

#include "program/clock.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { CHAINS = 4096, NO_ADDRESS = 0 };

// struct origin is an address with connections, and how many.
struct origin {
    struct origin *next;
    uint64_t address;
    size_t n;
};

struct connections {
    pthread_mutex_t lock;
    atomic_size_t n;
    uint64_t seed;
    struct connection *first;
    struct connection **by_socket;
    size_t n_sockets;
    struct origin *origins[CHAINS];
};

void connection_set_stage(struct connection *connection, enum connection_stage stage)
{
    atomic_store_explicit(&connection->since, clock_coarse_ms(), memory_order_relaxed);
    atomic_store_explicit(&connection->stage, stage, memory_order_release);
}

struct connections *connections_new(void)
{
    struct connections *connections = calloc(1, sizeof *connections);
    if (connections == NULL)
        return NULL;
    pthread_mutex_init(&connections->lock, NULL);
    if (getrandom(&connections->seed, sizeof connections->seed, GRND_NONBLOCK) < 0)
        connections->seed = (uint64_t)clock_coarse_ms();
    connections->seed |= 1;
    return connections;
}

static struct origin **find_origin(struct connections *connections, uint64_t address)
{
    struct origin **at =
        &connections->origins[(address ^ connections->seed >> 7) * connections->seed >> 52];
    while (*at != NULL && (*at)->address != address)
        at = &(*at)->next;
    return at;
}

static bool count_origin(struct connections *connections, uint64_t address, size_t limit)
{
    if (address == NO_ADDRESS)
        return true;
    struct origin **at = find_origin(connections, address);
    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        if (*at == NULL)
            return false;
        (*at)->address = address;
    }
    // A new entry has n == 0 and is never left behind here: a limit is at least 1.
    if (limit != 0 && (*at)->n >= limit)
        return false;
    (*at)->n++;
    return true;
}

static void uncount_origin(struct connections *connections, uint64_t address)
{
    if (address == NO_ADDRESS)
        return;
    struct origin **at = find_origin(connections, address);
    struct origin *origin = *at;
    if (origin == NULL || --origin->n > 0)
        return;
    *at = origin->next;
    free(origin);
}

// Returns the /64 network of an IPv6 address, or an IPv4 address mapped to a number that is not a
// network in use.
static uint64_t address_of(const struct sockaddr_storage *from)
{
    if (from->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof in);
        return (uint64_t)0xffff << 32 | in.sin_addr.s_addr;
    }
    if (from->ss_family != AF_INET6)
        return NO_ADDRESS;
    struct sockaddr_in6 in6;
    memcpy(&in6, from, sizeof in6);
    uint64_t high;
    uint32_t low;
    memcpy(&high, in6.sin6_addr.s6_addr, sizeof high);
    memcpy(&low, in6.sin6_addr.s6_addr + 12, sizeof low);
    if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
        return (uint64_t)0xffff << 32 | low;
    // The network of ::1 is 0, which stands for no address.
    return high == NO_ADDRESS ? 1 : high;
}

static bool make_room(struct connections *connections, int socket)
{
    size_t wanted = (size_t)socket + 1;
    if (wanted <= connections->n_sockets)
        return true;
    wanted = wanted < 1024 ? 1024 : wanted * 2;
    struct connection **more =
        realloc(connections->by_socket, wanted * sizeof(struct connection *));
    if (more == NULL)
        return false;
    memset(more + connections->n_sockets, 0,
           (wanted - connections->n_sockets) * sizeof(struct connection *));
    connections->by_socket = more;
    connections->n_sockets = wanted;
    return true;
}

static void link_to(struct connections *connections, struct connection *connection)
{
    connection->next = connections->first;
    connection->link = &connections->first;
    if (connection->next != NULL)
        connection->next->link = &connection->next;
    connections->first = connection;
    connections->by_socket[connection->socket] = connection;
    atomic_fetch_add(&connections->n, 1);
}

static void unlink_from(struct connections *connections, struct connection *connection)
{
    *connection->link = connection->next;
    if (connection->next != NULL)
        connection->next->link = connection->link;
    connections->by_socket[connection->socket] = NULL;
    atomic_fetch_sub(&connections->n, 1);
    uncount_origin(connections, connection->address);
}

static struct connection *new_connection(int socket, uint64_t address, atomic_size_t *group)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    pthread_mutex_init(&connection->lock, NULL);
    atomic_init(&connection->n_holders, 1);
    connection->socket = socket;
    connection->address = address;
    connection->group = group;
    atomic_fetch_add(group, 1);
    connection->body = connection->small;
    connection->body_size = sizeof connection->small;
    connection_set_stage(connection, CONNECTION_IDLE);
    metrics_connection(1);
    return connection;
}

void connection_hold(struct connection *connection)
{
    atomic_fetch_add(&connection->n_holders, 1);
}

void connection_release(struct connection *connection)
{
    if (atomic_fetch_sub(&connection->n_holders, 1) > 1)
        return;
    if (connection->body != connection->small)
        free(connection->body);
    pthread_mutex_destroy(&connection->lock);
    free(connection);
}

// `group` may be freed as soon as its count is 0, so a holder that stays must not use it.
static void finish(struct connection *connection)
{
    atomic_fetch_sub(connection->group, 1);
    metrics_connection(-1);
    connection_release(connection);
}

static bool admit(struct connections *connections, struct connection *connection,
                  const struct connection_limits *limits)
{
    if (!make_room(connections, connection->socket))
        return false;
    struct connection *lost = connections->by_socket[connection->socket];
    if (lost != NULL) {
        unlink_from(connections, lost);
        finish(lost);
    }
    if (atomic_load(&connections->n) >= limits->in_all ||
        !count_origin(connections, connection->address, limits->by_address))
        return false;
    link_to(connections, connection);
    return true;
}

struct connection *connections_add(struct connections *connections, int socket,
                                   const struct sockaddr_storage *address,
                                   const struct connection_limits *limits, atomic_size_t *group)
{
    struct connection *connection = new_connection(socket, address_of(address), group);
    if (connection == NULL)
        return NULL;
    pthread_mutex_lock(&connections->lock);
    bool is_admitted = admit(connections, connection, limits);
    pthread_mutex_unlock(&connections->lock);
    if (is_admitted)
        return connection;
    finish(connection);
    return NULL;
}

struct connection *connections_start(struct connections *connections, int socket)
{
    struct connection *connection = NULL;
    pthread_mutex_lock(&connections->lock);
    if (socket >= 0 && (size_t)socket < connections->n_sockets)
        connection = connections->by_socket[socket];
    if (connection != NULL)
        connection->is_started = true;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    unlink_from(connections, connection);
    pthread_mutex_unlock(&connections->lock);
    finish(connection);
}

void connections_each(struct connections *connections,
                      void (*each)(void *arg, struct connection *connection), void *arg)
{
    pthread_mutex_lock(&connections->lock);
    for (struct connection *connection = connections->first; connection != NULL;
         connection = connection->next)
        if (connection->is_started)
            each(arg, connection);
    pthread_mutex_unlock(&connections->lock);
}

size_t connections_count(const struct connections *connections)
{
    return atomic_load(&connections->n);
}

void connections_free(struct connections *connections)
{
    if (connections == NULL)
        return;
    while (connections->first != NULL)
        connections_remove(connections, connections->first);
    free(connections->by_socket);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}
