// SPDX-License-Identifier: MIT
//
// One request, as libmicrohttpd shows it: when its first line is there, when its header is, and
// when it is whole; only in the last can it be answered without ending the connection.
#include "http/request.h"

#include "http/field.h"
#include "http/get.h"
#include "http/header.h"
#include "http/log.h"
#include "http/suspend.h"
#include "program/clock.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

// SWALLOW_MAX is how much of a body that nobody wants is read before the connection ends, and
// MEMORY_EXTRA what a connection needs beside the header. libmicrohttpd clears all of it between
// two requests.
enum { SWALLOW_MAX = 65536, MEMORY_EXTRA = 4096 };

// The answer.

bool http_is_last(const struct http *http)
{
    return atomic_load_explicit(&http->is_draining, memory_order_relaxed);
}

// libmicrohttpd finds the end of a body in chunks where others would not, so that what follows it
// may be no request.
static bool is_last(const struct http *http, const struct connection *connection)
{
    return connection->request.is_chunked || http_is_last(http);
}

static enum metric_outcome outcome_of(enum oc_response_status status)
{
    switch (status) {
    case OC_RESPONSE_SUCCESSFUL:
        return METRIC_GOOD_ANSWER;
    case OC_RESPONSE_MALFORMED_REQUEST:
        return METRIC_MALFORMED;
    case OC_RESPONSE_TRY_LATER:
        return METRIC_TRY_LATER;
    case OC_RESPONSE_SIG_REQUIRED:
    case OC_RESPONSE_UNAUTHORIZED:
        return METRIC_UNAUTHORIZED;
    default:
        return METRIC_INTERNAL_ERROR;
    }
}

// Whatever was queued is counted here. Without a status there was no memory for it.
static enum MHD_Result done(struct connection *connection, unsigned status,
                            enum metric_outcome outcome, const struct reply *reply)
{
    const struct connection_request *request = &connection->request;
    struct metric_request counted = {
        .outcome = status == 0 ? METRIC_INTERNAL_ERROR : outcome,
        .method = request->method,
        .hash = reply == NULL ? OC_HASH_OTHER : reply->hash,
        .is_hit = reply != NULL && reply->is_hit,
        .microseconds = (uint64_t)clock_us() - request->began,
    };
    metrics_count(&counted);
    connection->request.is_counted = true;
    if (request->is_logged)
        http_log(&counted, request->id, status);
    if (status == 0)
        return MHD_NO;
    connection_set_stage(connection, CONNECTION_SENDING);
    return MHD_YES;
}

static enum MHD_Result say(struct http *http, struct connection *connection,
                           struct MHD_Connection *mhd, enum http_text text)
{
    unsigned status = http_reply_text(http->replies, mhd, text, is_last(http, connection));
    return done(connection, status, METRIC_NOT_OCSP, NULL);
}

static enum MHD_Result refuse(struct http *http, struct connection *connection,
                              struct MHD_Connection *mhd, enum oc_response_status error)
{
    unsigned status = http_reply_error(http->replies, mhd, error, is_last(http, connection));
    return done(connection, status, outcome_of(error), NULL);
}

static enum MHD_Result match_field(void *arg, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    const char **etag = arg;
    (void)kind;
    if (value == NULL || strcasecmp(name, MHD_HTTP_HEADER_IF_NONE_MATCH) != 0 ||
        !http_etag_matches(value, *etag))
        return MHD_YES;
    *etag = NULL;
    return MHD_NO;
}

// If-None-Match may stand there several times.
static bool is_known(const struct connection *connection, struct MHD_Connection *mhd,
                     const char *etag)
{
    if (connection->request.method == METRIC_POST || !connection->request.has_tag)
        return false;
    const char *left = etag;
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, match_field, (void *)&left);
    return left == NULL;
}

static enum MHD_Result send_cached(struct http *http, struct connection *connection,
                                   struct MHD_Connection *mhd, const struct reply *reply)
{
    bool known = is_known(connection, mhd, reply->cached->etag);
    unsigned status = http_reply_cached(http->replies, mhd, reply->cached, clock_seconds(), known,
                                        is_last(http, connection));
    return done(connection, status, known ? METRIC_NOT_MODIFIED : METRIC_GOOD_ANSWER, reply);
}

static enum MHD_Result send_once(struct http *http, struct connection *connection,
                                 struct MHD_Connection *mhd, struct reply *reply)
{
    uint8_t *own = reply->own;
    reply->own = NULL;
    unsigned status = http_reply_once(mhd, own, reply->own_len, is_last(http, connection));
    return done(connection, status, METRIC_GOOD_ANSWER, reply);
}

static enum MHD_Result send_error(struct http *http, struct connection *connection,
                                  struct MHD_Connection *mhd, const struct reply *reply)
{
    unsigned status =
        http_reply_error(http->replies, mhd, reply->status, is_last(http, connection));
    return done(connection, status, outcome_of(reply->status), reply);
}

static enum MHD_Result send_reply(struct http *http, struct connection *connection,
                                  struct MHD_Connection *mhd, struct reply *reply)
{
    enum MHD_Result result;
    if (reply->status == OC_RESPONSE_SUCCESSFUL && reply->cached != NULL)
        result = send_cached(http, connection, mhd, reply);
    else if (reply->status == OC_RESPONSE_SUCCESSFUL && reply->own != NULL)
        result = send_once(http, connection, mhd, reply);
    else
        result = send_error(http, connection, mhd, reply);
    reply_release(reply);
    return result;
}

static enum MHD_Result ask(struct http *http, struct connection *connection,
                           struct MHD_Connection *mhd, struct oc_bytes octets)
{
    struct reply reply = {0};
    if (connection->request.is_logged)
        http_log_id(octets, connection->request.id);
    connection->request.was_asked = true;
    connection_set_stage(connection, CONNECTION_WAITING);
    if (!wait_ask(connection, mhd, http->engine, octets, &http->is_ending, &reply))
        return MHD_YES;
    return send_reply(http, connection, mhd, &reply);
}

static enum MHD_Result answer_get(struct http *http, struct connection *connection,
                                  struct MHD_Connection *mhd)
{
    uint8_t octets[HTTP_GET_MAX];
    size_t max = atomic_load_explicit(&http->max_request, memory_order_relaxed);
    size_t len;
    switch (http_get_read(connection->request.uri, connection->request.uri_len, http->prefix,
                          octets, max < sizeof(octets) ? max : sizeof(octets), &len)) {
    case HTTP_GET_REQUEST:
        return ask(http, connection, mhd, (struct oc_bytes){octets, len});
    case HTTP_GET_NOTHING:
        return say(http, connection, mhd, HTTP_TEXT_NOT_FOUND);
    case HTTP_GET_TOO_LONG:
        return refuse(http, connection, mhd, OC_RESPONSE_MALFORMED_REQUEST);
    default:
        return say(http, connection, mhd, HTTP_TEXT_RUBBISH);
    }
}

static enum MHD_Result answer(struct http *http, struct connection *connection,
                              struct MHD_Connection *mhd, const char *method)
{
    const struct connection_request *request = &connection->request;
    if (request->was_asked) {
        struct reply reply;
        wait_take(connection, &reply);
        return send_reply(http, connection, mhd, &reply);
    }
    if (request->method == METRIC_GET || request->method == METRIC_HEAD)
        return answer_get(http, connection, mhd);
    if (request->method == METRIC_POST && request->is_too_long)
        return refuse(http, connection, mhd, OC_RESPONSE_MALFORMED_REQUEST);
    if (request->method == METRIC_POST)
        return ask(http, connection, mhd, (struct oc_bytes){connection->body, request->body_len});
    bool is_options = strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0;
    return say(http, connection, mhd, is_options ? HTTP_TEXT_OPTIONS : HTTP_TEXT_METHOD);
}

// The header.

static enum metric_method method_of(const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0)
        return METRIC_GET;
    if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        return METRIC_POST;
    return strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? METRIC_HEAD : METRIC_OTHER;
}

// Answered here, before the body, the connection ends with the answer.
static enum MHD_Result begin_post(struct http *http, struct connection *connection,
                                  struct MHD_Connection *mhd, const struct http_header *header)
{
    if (!http_get_is_root(connection->request.uri, connection->request.uri_len, http->prefix))
        return say(http, connection, mhd, HTTP_TEXT_NOT_FOUND);
    if (!header->is_request)
        return say(http, connection, mhd, HTTP_TEXT_MEDIA_TYPE);
    if (header->body_len > http->max_request)
        return refuse(http, connection, mhd, OC_RESPONSE_MALFORMED_REQUEST);
    return MHD_YES;
}

static bool is_sampled(const struct http *http)
{
    static _Thread_local size_t n;
    size_t sample = atomic_load_explicit(&http->sample, memory_order_relaxed);
    return sample != 0 && ++n % sample == 0;
}

// The last that is read on the connection, by libmicrohttpd too.
static enum MHD_Result end(struct http *http, struct connection *connection,
                           struct MHD_Connection *mhd, enum http_text text)
{
    return done(connection, http_reply_text(http->replies, mhd, text, true), METRIC_BROKEN, NULL);
}

static enum MHD_Result begin(struct http *http, struct connection *connection,
                             struct MHD_Connection *mhd, const char *method, const char *version)
{
    struct connection_request *request = &connection->request;
    struct http_line line = {method, request->uri, request->uri_len, version};
    struct http_header header;
    enum http_text why;
    request->has_begun = true;
    request->method = method_of(method);
    request->is_logged = is_sampled(http);
    if (!http_header_read(mhd, &line, http->is_in_place, &header, &why))
        return end(http, connection, mhd, why);
    if (header.len > http->max_header)
        return end(http, connection, mhd, HTTP_TEXT_HEADER);
    request->is_chunked = header.is_chunked;
    request->has_tag = header.has_tag;
    if (request->method == METRIC_POST)
        return begin_post(http, connection, mhd, &header);
    return MHD_YES;
}

// The body.

static bool keep_body(struct connection *connection, const char *data, size_t len)
{
    size_t wanted = connection->request.body_len + len;
    if (wanted > connection->body_size) {
        uint8_t *more = malloc(wanted);
        if (more == NULL)
            return false;
        memcpy(more, connection->body, connection->request.body_len);
        if (connection->body != connection->small)
            free(connection->body);
        connection->body = more;
        connection->body_size = wanted;
    }
    memcpy(connection->body + connection->request.body_len, data, len);
    connection->request.body_len = wanted;
    return true;
}

// Only a body in chunks can turn out to be too long here.
static enum MHD_Result receive(struct http *http, struct connection *connection, const char *data,
                               size_t *len)
{
    struct connection_request *request = &connection->request;
    size_t n = *len;
    *len = 0;
    // A reload may have made it smaller than what is there already.
    size_t max = http->max_request;
    bool is_wanted = request->method == METRIC_POST && !request->is_too_long;
    if (is_wanted && request->body_len <= max && n <= max - request->body_len)
        return keep_body(connection, data, n) ? MHD_YES : MHD_NO;
    request->is_too_long = true;
    request->body_len += n;
    return request->body_len > SWALLOW_MAX ? MHD_NO : MHD_YES;
}

// What libmicrohttpd calls.

static struct connection *peer_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

// The target as it was sent; what is returned comes back to each of the others.
static void *on_target(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct connection *connection = peer_of(mhd);
    (void)cls;
    if (connection == NULL)
        return NULL;
    connection->request = (struct connection_request){
        .uri = uri == NULL ? "" : uri,
        .uri_len = uri == NULL ? 0 : strlen(uri),
        .method = METRIC_OTHER,
        .began = (uint64_t)clock_us(),
    };
    connection->has_asked = true;
    connection_set_stage(connection, CONNECTION_RECEIVING);
    return connection;
}

static size_t leave_as_it_is(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **context)
{
    struct http *http = cls;
    struct connection *connection = *context;
    (void)url;
    if (connection == NULL)
        return MHD_NO;
    if (!connection->request.has_begun)
        return begin(http, connection, mhd, method, version);
    if (*len > 0)
        return receive(http, connection, data, len);
    return answer(http, connection, mhd, method);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct connection *connection = *context;
    (void)cls;
    (void)mhd;
    (void)code;
    if (connection == NULL)
        return;
    // Its connection has ended, or libmicrohttpd has answered it.
    if (!connection->request.is_counted)
        metrics_broken(connection->request.method);
    if (connection->body != connection->small)
        free(connection->body);
    connection->body = connection->small;
    connection->body_size = sizeof(connection->small);
    connection->request = (struct connection_request){0};
    connection_set_stage(connection, CONNECTION_IDLE);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *http = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context =
            info == NULL ? NULL : connections_start(http->connections, (int)info->connect_fd);
        return;
    }
    struct connection *connection = *context;
    *context = NULL;
    if (connection == NULL)
        return;
    if (!connection->has_asked)
        metrics_without_request();
    wait_end(connection);
    connections_remove(http->connections, connection);
}

// The one that reads in place and is strict sends the header twice when it refuses a request
// without a host, and nothing when there is a blank in the target; both are found here.
struct MHD_Daemon *http_new_daemon(struct http *http, const struct config *config)
{
    size_t memory = config->max_header + MEMORY_EXTRA;
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME |
                                MHD_USE_NO_LISTEN_SOCKET,
                            0, NULL, NULL, on_request, http, MHD_OPTION_CONNECTION_LIMIT, 1U << 24,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
                            MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT,
                            http->is_in_place ? 0 : 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
                            MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, NULL,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
}
