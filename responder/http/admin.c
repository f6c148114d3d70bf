// SPDX-License-Identifier: MIT
//
// One thread, few connections, and no secrets: /healthz and /metrics for who watches.
#include "http/admin.h"

#include "http/accept.h"
#include "http/metrics.h"

#include <microhttpd.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNECTIONS = 64, TIMEOUT = 10, MEMORY = 16384 };

struct admin {
    struct engine *engine;
    struct http *http;
    struct acceptor *acceptor;
    struct MHD_Daemon *daemon;
};

static enum MHD_Result send_text(struct MHD_Connection *mhd, unsigned status, const char *type,
                                 char *text, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
        (status != MHD_HTTP_METHOD_NOT_ALLOWED ||
         MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD") == MHD_YES))
        result = MHD_queue_response(mhd, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_line(struct MHD_Connection *mhd, unsigned status, const char *text)
{
    char line[64];
    snprintf(line, sizeof(line), "%s\n", text);
    return send_text(mhd, status, "text/plain; charset=us-ascii", line, strlen(line));
}

static enum MHD_Result send_health(const struct admin *admin, struct MHD_Connection *mhd)
{
    struct engine_status state;
    engine_get_status(admin->engine, &state);
    if (!state.is_signer_alive)
        return send_line(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, "the signer is not there");
    if (!state.has_signers)
        return send_line(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, "an issuer has no valid signer");
    if (!state.is_store_well)
        return send_line(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, "a store cannot be read");
    return send_line(mhd, MHD_HTTP_OK, "ok");
}

static enum MHD_Result send_metrics(const struct admin *admin, struct MHD_Connection *mhd)
{
    struct engine_status state;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return MHD_NO;
    engine_get_status(admin->engine, &state);
    metrics_print(out, &state, (int64_t)time(NULL));
    enum MHD_Result result = MHD_NO;
    if (fclose(out) == 0)
        result = send_text(mhd, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, len);
    free(text);
    return result;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **context)
{
    static char seen;
    const struct admin *admin = cls;
    (void)version;
    (void)data;
    if (*context == NULL) {
        *context = &seen;
        return MHD_YES;
    }
    if (*len > 0)
        return MHD_NO;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return send_line(mhd, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed");
    if (strcmp(url, "/healthz") == 0)
        return send_health(admin, mhd);
    if (strcmp(url, "/metrics") == 0)
        return send_metrics(admin, mhd);
    return send_line(mhd, MHD_HTTP_NOT_FOUND, "not found");
}

static void on_accepted(void *arg, int socket, const struct sockaddr_storage *address)
{
    static const struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    struct admin *admin = arg;
    (void)address;
    (void)MHD_add_connection(admin->daemon, socket, &unspecified, sizeof(unspecified));
}

static struct MHD_Daemon *new_daemon(struct admin *admin)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        on_request, admin, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

struct admin *admin_new(struct engine *engine, struct http *http, int socket, char *why,
                        size_t size)
{
    struct admin *admin = calloc(1, sizeof(*admin));
    if (admin == NULL) {
        snprintf(why, size, "no memory");
        return NULL;
    }
    struct acceptor_sink sink = {on_accepted, admin};
    admin->engine = engine;
    admin->http = http;
    admin->daemon = new_daemon(admin);
    if (admin->daemon != NULL)
        admin->acceptor = acceptor_new(&socket, 1, &sink);
    if (admin->acceptor != NULL)
        return admin;
    snprintf(why, size, "the server of metrics cannot be started");
    admin_free(admin);
    return NULL;
}

void admin_free(struct admin *admin)
{
    if (admin == NULL)
        return;
    acceptor_free(admin->acceptor);
    if (admin->daemon != NULL)
        MHD_stop_daemon(admin->daemon);
    free(admin);
}
