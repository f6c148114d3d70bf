// SPDX-License-Identifier: MIT
//
// Connections come from the acceptor, are counted, and go round the daemons of libmicrohttpd,
// each of which is one thread. Those that take too long are ended here.
#include "http_header.h"
#include "http_parts.h"
#include "http_wait.h"
#include "log.h"

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

static void stop_crew(struct crew *crew)
{
    for (; crew->n > 0; crew->n--)
        MHD_stop_daemon(crew->daemons[crew->n - 1]);
}

static void free_crew(struct crew *crew)
{
    stop_crew(crew);
    free(crew);
}

static void free_crews(struct crew *crew)
{
    while (crew != NULL) {
        struct crew *next = crew->next;
        free_crew(crew);
        crew = next;
    }
}

// Signals are for the thread that the process began with, and go to no thread of a crew.
static struct crew *new_crew(struct http *http, const struct config *config)
{
    size_t n = crew_size(config);
    struct crew *crew = calloc(1, sizeof(*crew) + n * sizeof(struct MHD_Daemon *));
    if (crew == NULL)
        return NULL;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    crew->max_header = config->max_header;
    for (; crew->n < n; crew->n++) {
        crew->daemons[crew->n] = http_new_daemon(http, config);
        if (crew->daemons[crew->n] == NULL)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (crew->n == n)
        return crew;
    free_crew(crew);
    return NULL;
}

static bool is_crew_for(const struct crew *crew, const struct config *config)
{
    return crew->n == crew_size(config) && crew->max_header == config->max_header;
}

// In front of the one that there is, which goes on with its connections.
static bool change_crew(struct http *http, const struct config *config)
{
    if (http->crews != NULL && is_crew_for(http->crews, config))
        return true;
    struct crew *crew = new_crew(http, config);
    if (crew == NULL)
        return false;
    pthread_mutex_lock(&http->lock);
    crew->next = http->crews;
    http->crews = crew;
    pthread_mutex_unlock(&http->lock);
    return true;
}

static void end_old_crews(struct http *http)
{
    struct crew *ended = NULL;
    pthread_mutex_lock(&http->lock);
    for (struct crew **at = &http->crews->next; *at != NULL;) {
        struct crew *crew = *at;
        if (atomic_load(&crew->n_peers) > 0) {
            at = &crew->next;
            continue;
        }
        *at = crew->next;
        crew->next = ended;
        ended = crew;
    }
    pthread_mutex_unlock(&http->lock);
    free_crews(ended);
}

// libmicrohttpd closes the socket when it cannot take it.
static void hand_over(struct http *http, int socket, const struct sockaddr_storage *address)
{
    static const struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    struct peer_limits limits = {http->max_peers, http->max_peers_by_address};
    struct crew *crew = http->crews;
    struct peer *peer = peers_add(http->peers, socket, address, &limits, &crew->n_peers);
    if (peer == NULL) {
        close(socket);
        metrics_dropped();
        return;
    }
    struct MHD_Daemon *daemon = crew->daemons[crew->turn++ % crew->n];
    if (MHD_add_connection(daemon, socket, &unspecified, sizeof(unspecified)) == MHD_YES)
        return;
    peers_remove(http->peers, peer);
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
    http->max_peers = config->max_connections;
    http->max_peers_by_address = config->max_connections_per_address;
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

struct http *http_new(struct front *front, const struct config *config, const int *sockets,
                      size_t n, char *why, size_t size)
{
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL) {
        say_why(why, size, "no memory");
        return NULL;
    }
    pthread_mutex_init(&http->lock, NULL);
    http->front = front;
    http->is_in_place = http_header_is_in_place();
    http->peers = peers_new();
    http->replies = http_replies_new();
    if (http->peers == NULL || http->replies == NULL)
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
    return peers_count(http->peers) > http->max_peers - http->max_peers / 8;
}

static int64_t time_allowed(const struct http *http, enum peer_stage stage)
{
    if (stage != PEER_IDLE)
        return http->request_timeout;
    int64_t most = http->idle_timeout;
    if (http_is_last(http))
        most = IDLE_LAST;
    else if (is_crowded(http))
        most = IDLE_CROWDED;
    return most < http->idle_timeout ? most : http->idle_timeout;
}

static void end_if_slow(void *arg, struct peer *peer)
{
    const struct http *http = arg;
    enum peer_stage stage = atomic_load_explicit(&peer->stage, memory_order_acquire);
    int64_t since = atomic_load_explicit(&peer->since, memory_order_relaxed);
    if (peer->is_ended || http_peer_now() - since <= time_allowed(http, stage))
        return;
    if (stage == PEER_WAITING) {
        wait_give_up(peer);
        return;
    }
    // libmicrohttpd sees that, and closes it.
    shutdown(peer->socket, SHUT_RDWR);
    peer->is_ended = true;
    if (stage != PEER_IDLE)
        metrics_dropped();
}

void http_sweep(struct http *http)
{
    peers_each(http->peers, end_if_slow, http);
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
    return peers_count(http->peers);
}

static void end_waiting(void *arg, struct peer *peer)
{
    (void)arg;
    wait_give_up(peer);
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
    if (http->peers != NULL)
        peers_each(http->peers, end_waiting, NULL);
    for (struct crew *crew = http->crews; crew != NULL; crew = crew->next)
        stop_crew(crew);
    peers_free(http->peers);
    free_crews(http->crews);
    http_replies_free(http->replies);
    free_prefixes(http->prefixes);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
