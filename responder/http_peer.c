// SPDX-License-Identifier: MIT
//
// Connections are found by their socket's number, which nobody else has while they last. One that
// libmicrohttpd could not begin is never told of: it is forgotten when its number comes again.
#include "http_peer.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { CHAINS = 4096, NO_ADDRESS = 0 };

// struct origin is an address that has connections.
struct origin {
    struct origin *next;
    uint64_t address;
    size_t n;
};

struct peers {
    pthread_mutex_t lock;
    atomic_size_t n;
    uint64_t seed;
    struct peer *first;
    struct peer **by_socket;
    size_t n_sockets;
    struct origin *origins[CHAINS];
};

int64_t http_peer_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void peer_set_stage(struct peer *peer, enum peer_stage stage)
{
    atomic_store_explicit(&peer->since, http_peer_now(), memory_order_relaxed);
    atomic_store_explicit(&peer->stage, stage, memory_order_release);
}

struct peers *peers_new(void)
{
    struct peers *peers = calloc(1, sizeof(*peers));
    if (peers == NULL)
        return NULL;
    pthread_mutex_init(&peers->lock, NULL);
    if (getrandom(&peers->seed, sizeof(peers->seed), GRND_NONBLOCK) < 0)
        peers->seed = (uint64_t)http_peer_now();
    peers->seed |= 1;
    return peers;
}

static struct origin **find_origin(struct peers *peers, uint64_t address)
{
    struct origin **at = &peers->origins[(address ^ peers->seed >> 7) * peers->seed >> 52];
    while (*at != NULL && (*at)->address != address)
        at = &(*at)->next;
    return at;
}

static bool count_origin(struct peers *peers, uint64_t address, size_t limit)
{
    if (address == NO_ADDRESS)
        return true;
    struct origin **at = find_origin(peers, address);
    if (*at == NULL) {
        *at = calloc(1, sizeof(**at));
        if (*at == NULL)
            return false;
        (*at)->address = address;
    }
    // One that was just made has none, and a limit is 1 at least.
    if (limit != 0 && (*at)->n >= limit)
        return false;
    (*at)->n++;
    return true;
}

static void uncount_origin(struct peers *peers, uint64_t address)
{
    if (address == NO_ADDRESS)
        return;
    struct origin **at = find_origin(peers, address);
    struct origin *origin = *at;
    if (origin == NULL || --origin->n > 0)
        return;
    *at = origin->next;
    free(origin);
}

// The network of an IPv6 address, or an IPv4 address in a place where no such network is.
static uint64_t address_of(const struct sockaddr_storage *from)
{
    if (from->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof(in));
        return (uint64_t)0xffff << 32 | in.sin_addr.s_addr;
    }
    if (from->ss_family != AF_INET6)
        return NO_ADDRESS;
    struct sockaddr_in6 in6;
    memcpy(&in6, from, sizeof(in6));
    uint64_t high;
    uint32_t low;
    memcpy(&high, in6.sin6_addr.s6_addr, sizeof(high));
    memcpy(&low, in6.sin6_addr.s6_addr + 12, sizeof(low));
    if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
        return (uint64_t)0xffff << 32 | low;
    // ::1 is in the network 0.
    return high == NO_ADDRESS ? 1 : high;
}

static bool make_room(struct peers *peers, int socket)
{
    size_t wanted = (size_t)socket + 1;
    if (wanted <= peers->n_sockets)
        return true;
    wanted = wanted < 1024 ? 1024 : wanted * 2;
    struct peer **more = realloc(peers->by_socket, wanted * sizeof(struct peer *));
    if (more == NULL)
        return false;
    memset(more + peers->n_sockets, 0, (wanted - peers->n_sockets) * sizeof(struct peer *));
    peers->by_socket = more;
    peers->n_sockets = wanted;
    return true;
}

static void link_peer(struct peers *peers, struct peer *peer)
{
    peer->next = peers->first;
    peer->link = &peers->first;
    if (peer->next != NULL)
        peer->next->link = &peer->next;
    peers->first = peer;
    peers->by_socket[peer->socket] = peer;
    atomic_fetch_add(&peers->n, 1);
}

static void unlink_peer(struct peers *peers, struct peer *peer)
{
    *peer->link = peer->next;
    if (peer->next != NULL)
        peer->next->link = peer->link;
    peers->by_socket[peer->socket] = NULL;
    atomic_fetch_sub(&peers->n, 1);
    uncount_origin(peers, peer->address);
}

static void free_peer(struct peer *peer)
{
    if (peer->body != peer->small)
        free(peer->body);
    atomic_fetch_sub(peer->group, 1);
    free(peer->wait);
    free(peer);
    metrics_connection(-1);
}

static struct peer *new_peer(int socket, uint64_t address, atomic_size_t *group)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    if (peer == NULL)
        return NULL;
    peer->wait = calloc(1, sizeof(*peer->wait));
    if (peer->wait == NULL) {
        free(peer);
        return NULL;
    }
    peer->socket = socket;
    peer->address = address;
    peer->group = group;
    atomic_fetch_add(group, 1);
    peer->body = peer->small;
    peer->body_size = sizeof(peer->small);
    peer_set_stage(peer, PEER_IDLE);
    return peer;
}

static bool admit(struct peers *peers, struct peer *peer, const struct peer_limits *limits)
{
    if (!make_room(peers, peer->socket))
        return false;
    struct peer *lost = peers->by_socket[peer->socket];
    if (lost != NULL) {
        unlink_peer(peers, lost);
        free_peer(lost);
    }
    if (atomic_load(&peers->n) >= limits->in_all ||
        !count_origin(peers, peer->address, limits->by_address))
        return false;
    link_peer(peers, peer);
    return true;
}

struct peer *peers_add(struct peers *peers, int socket, const struct sockaddr_storage *address,
                       const struct peer_limits *limits, atomic_size_t *group)
{
    struct peer *peer = new_peer(socket, address_of(address), group);
    if (peer == NULL)
        return NULL;
    metrics_connection(1);
    pthread_mutex_lock(&peers->lock);
    bool is_admitted = admit(peers, peer, limits);
    pthread_mutex_unlock(&peers->lock);
    if (is_admitted)
        return peer;
    free_peer(peer);
    return NULL;
}

struct peer *peers_start(struct peers *peers, int socket)
{
    struct peer *peer = NULL;
    pthread_mutex_lock(&peers->lock);
    if (socket >= 0 && (size_t)socket < peers->n_sockets)
        peer = peers->by_socket[socket];
    if (peer != NULL)
        peer->is_started = true;
    pthread_mutex_unlock(&peers->lock);
    return peer;
}

void peers_remove(struct peers *peers, struct peer *peer)
{
    pthread_mutex_lock(&peers->lock);
    unlink_peer(peers, peer);
    pthread_mutex_unlock(&peers->lock);
    free_peer(peer);
}

void peers_each(struct peers *peers, void (*each)(void *arg, struct peer *peer), void *arg)
{
    pthread_mutex_lock(&peers->lock);
    for (struct peer *peer = peers->first; peer != NULL; peer = peer->next)
        if (peer->is_started)
            each(arg, peer);
    pthread_mutex_unlock(&peers->lock);
}

size_t peers_count(const struct peers *peers)
{
    return atomic_load(&peers->n);
}

void peers_free(struct peers *peers)
{
    if (peers == NULL)
        return;
    while (peers->first != NULL)
        peers_remove(peers, peers->first);
    free(peers->by_socket);
    pthread_mutex_destroy(&peers->lock);
    free(peers);
}
