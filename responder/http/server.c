// SPDX-License-Identifier: MIT
//
// The acceptor passes each new connection to this file, which counts it and gives it to the daemons
// of libmicrohttpd in turn; a daemon is one thread. Connections that exceed a timeout are closed
// here.
#include "http/server.h"

#include "answer/engine.h"
#include "base/log.h"
#include "base/thread.h"
#include "http/accept.h"
#include "http/header.h"
#include "http/request.h"
#include "http/suspend.h"
#include "program/clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// How many milliseconds a connection may be idle: IDLE_LAST while draining, IDLE_CROWDED when the
// limit of connections is near.
enum { IDLE_LAST = 1000, IDLE_CROWDED = 5000 };

// struct pool is the daemons that were started together for one configuration. A pool that is not
// the first any more is freed once it has no connections.
struct pool {
    struct pool *next;
    atomic_size_t n_connections;
    size_t max_header;
    size_t turn;
    size_t n;
    struct MHD_Daemon *daemons[];
};

// struct prefix_set is a copy of the path prefixes of a configuration. All sets are kept until the
// end, because a thread may still be reading an old one.
struct prefix_set {
    struct prefix_set *next;
    struct http_prefixes list;
    const char *texts[CONFIG_PREFIXES_MAX];
    char room[];
};

struct http {
    struct http_service service;
    struct acceptor *acceptor;
    pthread_mutex_t lock;  // protects `pools`
    struct pool *pools;
    struct prefix_set *prefix_sets;
    // As in struct http_service, settings are read at any time.
    atomic_size_t max_connections;
    atomic_size_t max_connections_by_address;
    _Atomic(int64_t) idle_timeout;  // both in milliseconds
    _Atomic(int64_t) request_timeout;
};

// Thread pools.

static size_t pool_size(const struct config *config)
{
    return config->n_threads > 0 ? config->n_threads : thread_processors();
}

static void stop_pool(struct pool *pool)
{
    for (; pool->n > 0; pool->n--)
        MHD_stop_daemon(pool->daemons[pool->n - 1]);
}

static void free_pool(struct pool *pool)
{
    stop_pool(pool);
    free(pool);
}

static void free_pools(struct pool *pool)
{
    while (pool != NULL) {
        struct pool *next = pool->next;
        free_pool(pool);
        pool = next;
    }
}

// Signals are blocked, so that only the main thread of the process receives them.
static struct pool *new_pool(struct http *http, const struct config *config)
{
    size_t n = pool_size(config);
    struct pool *pool = calloc(1, sizeof *pool + n * sizeof(struct MHD_Daemon *));
    if (pool == NULL)
        return NULL;
    sigset_t before;
    thread_block_signals(&before);
    pool->max_header = config->max_header;
    for (; pool->n < n; pool->n++) {
        pool->daemons[pool->n] = http_daemon_new(&http->service, config->max_header);
        if (pool->daemons[pool->n] == NULL)
            break;
    }
    thread_restore_signals(&before);
    if (pool->n == n)
        return pool;
    free_pool(pool);
    return NULL;
}

static bool fits(const struct pool *pool, const struct config *config)
{
    return pool->n == pool_size(config) && pool->max_header == config->max_header;
}

// A new pool becomes the first; the old one keeps its connections.
static bool update_pool(struct http *http, const struct config *config)
{
    if (http->pools != NULL && fits(http->pools, config))
        return true;
    struct pool *pool = new_pool(http, config);
    if (pool == NULL)
        return false;
    pthread_mutex_lock(&http->lock);
    pool->next = http->pools;
    http->pools = pool;
    pthread_mutex_unlock(&http->lock);
    return true;
}

static void free_old_pools(struct http *http)
{
    struct pool *unused = NULL;
    pthread_mutex_lock(&http->lock);
    for (struct pool **at = &http->pools->next; *at != NULL;) {
        struct pool *pool = *at;
        if (atomic_load(&pool->n_connections) > 0) {
            at = &pool->next;
            continue;
        }
        *at = pool->next;
        pool->next = unused;
        unused = pool;
    }
    pthread_mutex_unlock(&http->lock);
    free_pools(unused);
}

// MHD_add_connection() closes the socket if it fails.
static void hand_over(struct http *http, int socket, const struct sockaddr_storage *address)
{
    static const struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    struct connection_limits limits = {http->max_connections, http->max_connections_by_address};
    struct pool *pool = http->pools;
    struct connection *connection =
        connections_add(http->service.connections, socket, address, &limits, &pool->n_connections);
    if (connection == NULL) {
        close(socket);
        metrics_dropped();
        return;
    }
    struct MHD_Daemon *daemon = pool->daemons[pool->turn++ % pool->n];
    if (MHD_add_connection(daemon, socket, &unspecified, sizeof unspecified) == MHD_YES)
        return;
    connections_remove(http->service.connections, connection);
    metrics_dropped();
}

static void on_accepted(void *arg, int socket, const struct sockaddr_storage *address)
{
    struct http *http = arg;
    pthread_mutex_lock(&http->lock);
    hand_over(http, socket, address);
    pthread_mutex_unlock(&http->lock);
}

// Settings.

static bool is_same_set(const struct prefix_set *set, const char *const *texts, size_t n)
{
    bool is_same = set->list.n == n;
    for (size_t i = 0; is_same && i < n; i++)
        is_same = strcmp(set->texts[i], texts[i]) == 0;
    return is_same;
}

static struct prefix_set *copy_set(const char *const *texts, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += strlen(texts[i]) + 1;
    struct prefix_set *set = calloc(1, sizeof *set + size);
    if (set == NULL)
        return NULL;
    char *at = set->room;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(texts[i]) + 1;
        set->texts[i] = memcpy(at, texts[i], len);
        at += len;
    }
    set->list = (struct http_prefixes){set->texts, n};
    return set;
}

// Without any prefix, requests are at the root.
static bool set_prefixes(struct http *http, const struct config *config)
{
    static const char *const root[] = {""};
    const char *const *texts = config->n_prefixes > 0 ? config->prefixes : root;
    size_t n = config->n_prefixes > 0 ? config->n_prefixes : 1;
    struct prefix_set *set = http->prefix_sets;
    while (set != NULL && !is_same_set(set, texts, n))
        set = set->next;
    if (set == NULL) {
        set = copy_set(texts, n);
        if (set == NULL)
            return false;
        set->next = http->prefix_sets;
        http->prefix_sets = set;
    }
    http->service.prefixes = &set->list;
    return true;
}

static bool apply_settings(struct http *http, const struct config *config)
{
    http->service.max_request = config->max_request;
    http->service.max_header = config->max_header;
    http->max_connections = config->max_connections;
    http->max_connections_by_address = config->max_connections_per_address;
    http->service.sample = config->access_log_sample;
    http->idle_timeout = config->idle_timeout * 1000;
    http->request_timeout = config->request_timeout * 1000;
    return set_prefixes(http, config);
}

static bool listen_on(struct http *http, const int *sockets, size_t n)
{
    if (http->acceptor != NULL)
        return acceptor_exchange(http->acceptor, sockets, n);
    struct acceptor_sink sink = {on_accepted, http};
    http->acceptor = acceptor_new(sockets, n, &sink);
    return http->acceptor != NULL;
}

static bool fail(char *why, size_t size, const char *what)
{
    snprintf(why, size, "%s", what);
    return false;
}

bool http_reload(struct http *http, const struct config *config, const int *sockets, size_t n,
                 char *why, size_t size)
{
    if (!apply_settings(http, config))
        return fail(why, size, "out of memory");
    if (!update_pool(http, config))
        return fail(why, size, "cannot start the threads of the HTTP server");
    if (!listen_on(http, sockets, n))
        return fail(why, size, "cannot accept on the listening sockets");
    return true;
}

struct http *http_new(struct engine *engine, const struct config *config, const int *sockets,
                      size_t n, char *why, size_t size)
{
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        fail(why, size, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&http->lock, NULL);
    http->service.engine = engine;
    http->service.is_in_place = http_header_is_in_place();
    http->service.connections = connections_new();
    http->service.replies = http_replies_new();
    if (http->service.connections == NULL || http->service.replies == NULL)
        fail(why, size, "out of memory");
    else if (http_reload(http, config, sockets, n, why, size))
        return http;
    http_free(http);
    return NULL;
}

// Timeouts, draining and the end.

// When the limit is near, idle connections are closed earlier.
static bool is_crowded(const struct http *http)
{
    return connections_count(http->service.connections) >
           http->max_connections - http->max_connections / 8;
}

static int64_t time_allowed(const struct http *http, enum connection_stage stage)
{
    if (stage != CONNECTION_IDLE)
        return http->request_timeout;
    int64_t most = http->idle_timeout;
    if (http->service.is_draining)
        most = IDLE_LAST;
    else if (is_crowded(http))
        most = IDLE_CROWDED;
    return most < http->idle_timeout ? most : http->idle_timeout;
}

static void close_if_slow(void *arg, struct connection *connection)
{
    const struct http *http = arg;
    enum connection_stage stage = atomic_load_explicit(&connection->stage, memory_order_acquire);
    int64_t since = atomic_load_explicit(&connection->since, memory_order_relaxed);
    if (connection->is_shut || clock_coarse_ms() - since <= time_allowed(http, stage))
        return;
    if (stage == CONNECTION_WAITING) {
        suspend_give_up(connection);
        return;
    }
    // libmicrohttpd notices that and closes the connection.
    shutdown(connection->socket, SHUT_RDWR);
    connection->is_shut = true;
    if (stage != CONNECTION_IDLE)
        metrics_dropped();
}

void http_sweep(struct http *http)
{
    connections_each(http->service.connections, close_if_slow, http);
    free_old_pools(http);
}

void http_drain(struct http *http)
{
    http->service.is_draining = true;
    if (!acceptor_exchange(http->acceptor, NULL, 0))
        log_line(LOG_WARNING_LINE, "cannot stop accepting connections: out of memory");
}

size_t http_n_connections(const struct http *http)
{
    return connections_count(http->service.connections);
}

static void give_up(void *arg, struct connection *connection)
{
    (void)arg;
    suspend_give_up(connection);
}

static void free_sets(struct prefix_set *set)
{
    while (set != NULL) {
        struct prefix_set *next = set->next;
        free(set);
        set = next;
    }
}

// A daemon must not be stopped while one of its connections is suspended: after `is_stopping` none
// is suspended any more, and those that are get resumed. Connections that were never started are
// still counted by their pool, so pools are freed last.
void http_free(struct http *http)
{
    if (http == NULL)
        return;
    acceptor_free(http->acceptor);
    http->service.is_stopping = true;
    if (http->service.connections != NULL)
        connections_each(http->service.connections, give_up, NULL);
    for (struct pool *pool = http->pools; pool != NULL; pool = pool->next)
        stop_pool(pool);
    connections_free(http->service.connections);
    free_pools(http->pools);
    http_replies_free(http->service.replies);
    free_sets(http->prefix_sets);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
