// SPDX-License-Identifier: MIT
//
// One thread and few connections; nothing served here is secret.
#include "http/admin.h"

#include "answer/engine_status.h"
#include "base/thread.h"
#include "http/accept.h"
#include "http/metrics.h"
#include "http/source_metrics.h"

#include <microhttpd.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNECTIONS = 64, TIMEOUT = 10, MEMORY = 16384 };

struct admin {
    struct engine *engine;
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
    snprintf(line, sizeof line, "%s\n", text);
    return send_text(mhd, status, "text/plain; charset=us-ascii", line, strlen(line));
}

// print_fault prints one line, without an issuer if none is concerned.
static void print_fault(FILE *out, enum engine_fault fault, const char *about)
{
    static const char *const texts[ENGINE_FAULTS] = {
        [ENGINE_SIGNER_DOWN] = "signer unavailable",
        [ENGINE_NO_VALID_SIGNER] = "no valid signer",
        [ENGINE_HANGS] = "a source does not answer, so none is read",
        [ENGINE_UNREADABLE] = "cannot read the source",
        [ENGINE_EXPIRED] = "the source has expired",
        [ENGINE_NOT_YET_VALID] = "the source is not yet valid",
        [ENGINE_INCOMPLETE] = "the source has become incomplete",
        [ENGINE_RELOAD_REFUSED] = "the last reload was refused",
    };
    if (fault == ENGINE_RELOAD_REFUSED)
        fprintf(out, "%s: %s\n", texts[fault], about);
    else if (about[0] != '\0')
        fprintf(out, "issuer \"%s\": %s\n", about, texts[fault]);
    else
        fprintf(out, "%s\n", texts[fault]);
}

// Health is one line for each kind of fault, or "ok".
static enum MHD_Result send_health(const struct admin *admin, struct MHD_Connection *mhd)
{
    struct engine_status status;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return MHD_NO;
    bool ok = true;
    engine_get_status(admin->engine, &status);
    for (int fault = 0; fault < ENGINE_FAULTS; fault++) {
        if (!status.faults[fault].is_there)
            continue;
        ok = false;
        print_fault(out, (enum engine_fault)fault, status.faults[fault].about);
    }
    if (ok)
        fputs("ok\n", out);
    enum MHD_Result result = MHD_NO;
    if (fclose(out) == 0)
        result = send_text(mhd, ok ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
                           "text/plain; charset=utf-8", text, len);
    free(text);
    return result;
}

static void print_cache(FILE *out, const struct cache_counts *cache, int64_t now)
{
    metrics_print_gauge(out, "ocspd_cache_entries", (int64_t)cache->n_entries,
                        "Answers in the cache.");
    metrics_print_gauge(out, "ocspd_cache_bytes", (int64_t)cache->octets,
                        "Memory that the cache uses, in bytes.");
    metrics_print_counter(out, "ocspd_cache_evictions_total", cache->n_evicted,
                          "Answers removed from the cache to make room.");
    if (cache->oldest != 0)
        metrics_print_gauge(out, "ocspd_cache_oldest_age_seconds", now - cache->oldest,
                            "Age of the oldest answer in the cache, in seconds.");
}

static void print_status(FILE *out, const struct engine_status *status, int64_t now)
{
    print_cache(out, &status->cache, now);
    metrics_print_gauge(out, "ocspd_signer_up", status->is_signer_alive,
                        "Whether the signer process is running.");
    metrics_print_gauge(out, "ocspd_sign_queue", (int64_t)status->sign_queue,
                        "Signatures in progress.");
    metrics_print_counter(out, "ocspd_signed_total", status->n_signed, "Responses signed.");
    metrics_print_counter(out, "ocspd_sign_failures_total", status->n_sign_failed,
                          "Responses that could not be signed.");
    metrics_print_counter(out, "ocspd_sign_refused_total", status->n_refused,
                          "Requests answered tryLater because the signing queue was full.");
    metrics_print_counter(out, "ocspd_source_failures_total", status->n_sources_failed,
                          "Requests answered tryLater because their source failed.");
    metrics_print_counter(out, "ocspd_answers_not_saved_total", status->n_not_saved,
                          "Answers that could not be saved for use after a restart.");
    if (status->signer_ends != 0)
        metrics_print_gauge(out, "ocspd_signer_expiry_seconds", status->signer_ends - now,
                            "Seconds until the first issuer has no valid signer.");
    metrics_print_gauge(out, "ocspd_store_up", status->stores_ok,
                        "Whether every source can be read and is current.");
    metrics_print_gauge(out, "ocspd_poll_age_seconds", status->poll_age / 1000,
                        "Seconds since the sources were last looked at.");
    metrics_print_gauge(out, "ocspd_config_last_reload_successful",
                        !status->faults[ENGINE_RELOAD_REFUSED].is_there,
                        "Whether the last attempt to load a configuration succeeded.");
    if (status->reloaded_at != 0)
        metrics_print_gauge(out, "ocspd_config_last_reload_success_timestamp_seconds",
                            status->reloaded_at,
                            "When a configuration was last loaded, in seconds since 1970.");
}

static enum MHD_Result send_metrics(const struct admin *admin, struct MHD_Connection *mhd)
{
    struct engine_status status;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return MHD_NO;
    engine_get_status(admin->engine, &status);
    metrics_print(out);
    print_status(out, &status, (int64_t)time(NULL));
    source_metrics_print(out, admin->engine, (int64_t)time(NULL));
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
    (void)MHD_add_connection(admin->daemon, socket, &unspecified, sizeof unspecified);
}

static struct MHD_Daemon *new_daemon(struct admin *admin)
{
    sigset_t before;
    thread_block_signals(&before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        on_request, admin, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    thread_restore_signals(&before);
    return daemon;
}

struct admin *admin_new(struct engine *engine, int socket, char *why, size_t size)
{
    struct admin *admin = calloc(1, sizeof *admin);
    if (admin == NULL) {
        snprintf(why, size, "out of memory");
        return NULL;
    }
    struct acceptor_sink sink = {on_accepted, admin};
    admin->engine = engine;
    admin->daemon = new_daemon(admin);
    if (admin->daemon != NULL)
        admin->acceptor = acceptor_new(&socket, 1, &sink);
    if (admin->acceptor != NULL)
        return admin;
    snprintf(why, size, "cannot start the metrics server");
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
