// SPDX-License-Identifier: MIT
//
// Connections come from the acceptor, are counted, and go round the daemons of libmicrohttpd,
// each of which is one thread. Those that take too long are ended here.
#include "base/log.h"
#include "http/header.h"
#include "http/request.h"
#include "http/suspend.h"
#include "program/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// IDLE_LAST is for how many milliseconds a connection may be idle when all shall end, and
// IDLE_CROWDED when there are nearly too many.
enum { IDLE_LAST = 1000, IDLE_CROWDED = 5000 };

// Crews.

static size_t crew_size(const struct config *config)
{
    if (config->n_threads > 0)
        return config->n_threads;
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (size_t)n : 1;
}

static void stop_crew(struct pool *pool)
{
    for (; pool->n > 0; pool->n--)
        MHD_stop_daemon(pool->daemons[pool->n - 1]);
}

static void free_crew(struct pool *pool)
{
    stop_crew(pool);
    free(pool);
}

static void free_crews(struct pool *pool)
{
    while (pool != NULL) {
        struct pool *next = pool->next;
        free_crew(pool);
        pool = next;
    }
}

// Signals are for the thread that the process began with, and go to no thread of a crew.
static struct pool *new_crew(struct http *http, const struct config *config)
{
    size_t n = crew_size(config);
    struct pool *pool = calloc(1, sizeof(*pool) + n * sizeof(struct MHD_Daemon *));
    if (pool == NULL)
        return NULL;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pool->max_header = config->max_header;
    for (; pool->n < n; pool->n++) {
        pool->daemons[pool->n] = http_new_daemon(http, config);
        if (pool->daemons[pool->n] == NULL)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pool->n == n)
        return pool;
    free_crew(pool);
    return NULL;
}

static bool is_crew_for(const struct pool *pool, const struct config *config)
{
    return pool->n == crew_size(config) && pool->max_header == config->max_header;
}

// In front of the one that there is, which goes on with its connections.
static bool change_crew(struct http *http, const struct config *config)
{
    if (http->pools != NULL && is_crew_for(http->pools, config))
        return true;
    struct pool *pool = new_crew(http, config);
    if (pool == NULL)
        return false;
    pthread_mutex_lock(&http->lock);
    pool->next = http->pools;
    http->pools = pool;
    pthread_mutex_unlock(&http->lock);
    return true;
}

static void end_old_crews(struct http *http)
{
    struct pool *ended = NULL;
    pthread_mutex_lock(&http->lock);
    for (struct pool **at = &http->pools->next; *at != NULL;) {
        struct pool *pool = *at;
        if (atomic_load(&pool->n_connections) > 0) {
            at = &pool->next;
            continue;
        }
        *at = pool->next;
        pool->next = ended;
        ended = pool;
    }
    pthread_mutex_unlock(&http->lock);
    free_crews(ended);
}

// libmicrohttpd closes the socket when it cannot take it.
static void hand_over(struct http *http, int socket, const struct sockaddr_storage *address)
{
    static const struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    struct connection_limits limits = {http->max_connections, http->max_connections_by_address};
    struct pool *pool = http->pools;
    struct connection *connection =
        connections_add(http->connections, socket, address, &limits, &pool->n_connections);
    if (connection == NULL) {
        close(socket);
        metrics_dropped();
        return;
    }
    struct MHD_Daemon *daemon = pool->daemons[pool->turn++ % pool->n];
    if (MHD_add_connection(daemon, socket, &unspecified, sizeof(unspecified)) == MHD_YES)
        return;
    connections_remove(http->connections, connection);
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

static size_t trimmed(const char **text)
{
    while (**text == '/')
        ++*text;
    size_t len = strlen(*text);
    while (len > 0 && (*text)[len - 1] == '/')
        len--;
    return len;
}

static bool set_prefix(struct http *http, const char *text)
{
    text = text == NULL ? "" : text;
    size_t len = trimmed(&text);
    struct prefix *prefix = http->prefixes;
    while (prefix != NULL && (strlen(prefix->text) != len || memcmp(prefix->text, text, len) != 0))
        prefix = prefix->next;
    if (prefix == NULL) {
        prefix = calloc(1, sizeof(*prefix) + len + 1);
        if (prefix == NULL)
            return false;
        memcpy(prefix->text, text, len);
        prefix->next = http->prefixes;
        http->prefixes = prefix;
    }
    http->prefix = prefix->text;
    return true;
}

static bool set_up(struct http *http, const struct config *config)
{
    http->max_request = config->max_request;
    http->max_header = config->max_header;
    http->max_connections = config->max_connections;
    http->max_connections_by_address = config->max_connections_per_address;
    http->sample = config->access_log_sample;
    http->idle_timeout = config->idle_timeout * 1000;
    http->request_timeout = config->request_timeout * 1000;
    return set_prefix(http, config->path_prefix);
}

static bool listen_on(struct http *http, const int *sockets, size_t n)
{
    if (http->acceptor != NULL)
        return acceptor_exchange(http->acceptor, sockets, n);
    struct acceptor_sink sink = {on_accepted, http};
    http->acceptor = acceptor_new(sockets, n, &sink);
    return http->acceptor != NULL;
}

static bool say_why(char *why, size_t size, const char *what)
{
    snprintf(why, size, "%s", what);
    return false;
}

bool http_reload(struct http *http, const struct config *config, const int *sockets, size_t n,
                 char *why, size_t size)
{
    if (!set_up(http, config))
        return say_why(why, size, "no memory");
    if (!change_crew(http, config))
        return say_why(why, size, "the threads of the HTTP server cannot be started");
    if (!listen_on(http, sockets, n))
        return say_why(why, size, "the listening sockets cannot be used");
    return true;
}

struct http *http_new(struct engine *engine, const struct config *config, const int *sockets,
                      size_t n, char *why, size_t size)
{
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL) {
        say_why(why, size, "no memory");
        return NULL;
    }
    pthread_mutex_init(&http->lock, NULL);
    http->engine = engine;
    http->is_in_place = http_header_is_in_place();
    http->connections = connections_new();
    http->replies = http_replies_new();
    if (http->connections == NULL || http->replies == NULL)
        say_why(why, size, "no memory");
    else if (http_reload(http, config, sockets, n, why, size))
        return http;
    http_free(http);
    return NULL;
}

// The end, of one and of all.

// When there is room for few more only, the idle ones have to go earlier.
static bool is_crowded(const struct http *http)
{
    return connections_count(http->connections) > http->max_connections - http->max_connections / 8;
}

static int64_t time_allowed(const struct http *http, enum connection_stage stage)
{
    if (stage != CONNECTION_IDLE)
        return http->request_timeout;
    int64_t most = http->idle_timeout;
    if (http_is_last(http))
        most = IDLE_LAST;
    else if (is_crowded(http))
        most = IDLE_CROWDED;
    return most < http->idle_timeout ? most : http->idle_timeout;
}

static void end_if_slow(void *arg, struct connection *connection)
{
    const struct http *http = arg;
    enum connection_stage stage = atomic_load_explicit(&connection->stage, memory_order_acquire);
    int64_t since = atomic_load_explicit(&connection->since, memory_order_relaxed);
    if (connection->is_ended || clock_coarse_ms() - since <= time_allowed(http, stage))
        return;
    if (stage == CONNECTION_WAITING) {
        wait_give_up(connection);
        return;
    }
    // libmicrohttpd sees that, and closes it.
    shutdown(connection->socket, SHUT_RDWR);
    connection->is_ended = true;
    if (stage != CONNECTION_IDLE)
        metrics_dropped();
}

void http_sweep(struct http *http)
{
    connections_each(http->connections, end_if_slow, http);
    end_old_crews(http);
}

void http_drain(struct http *http)
{
    http->is_draining = true;
    if (!acceptor_exchange(http->acceptor, NULL, 0))
        log_line(LOG_WARNING_LINE, "connections go on being accepted: no memory");
}

size_t http_n_connections(const struct http *http)
{
    return connections_count(http->connections);
}

static void end_waiting(void *arg, struct connection *connection)
{
    (void)arg;
    wait_give_up(connection);
}

static void free_prefixes(struct prefix *prefix)
{
    while (prefix != NULL) {
        struct prefix *next = prefix->next;
        free(prefix);
        prefix = next;
    }
}

// A daemon must not be stopped while one of its connections rests, and from here on none is
// laid to rest. Connections that were never begun are still counted by their crew.
void http_free(struct http *http)
{
    if (http == NULL)
        return;
    acceptor_free(http->acceptor);
    http->is_ending = true;
    if (http->connections != NULL)
        connections_each(http->connections, end_waiting, NULL);
    for (struct pool *pool = http->pools; pool != NULL; pool = pool->next)
        stop_crew(pool);
    connections_free(http->connections);
    free_crews(http->pools);
    http_replies_free(http->replies);
    free_prefixes(http->prefixes);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
