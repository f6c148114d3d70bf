// SPDX-License-Identifier: MIT
//
// libmicrohttpd reports a request in phases: its first line, its header, the parts of its body, and
// its end. Only an answer at the end keeps the connection open. When the answer has to be signed,
// the connection is suspended at the end, and the handler is called once more when it is resumed.
#include "http/request.h"

#include "http/field.h"
#include "http/header.h"
#include "http/log.h"
#include "http/suspend.h"
#include "program/clock.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// SWALLOW_MAX is how much of an unwanted body is read before the connection is closed.
// MEMORY_EXTRA is the memory that a connection needs besides the header. libmicrohttpd clears all
// of it between two requests, so it should be small.
enum { SWALLOW_MAX = 65536, MEMORY_EXTRA = 4096 };

// Sending the answer.

// libmicrohttpd may find the end of a chunked body where a proxy would not, so nothing after it can
// be trusted to be a request.
static bool is_last(const struct http_service *service, const struct connection *connection)
{
    return connection->request.is_chunked ||
           atomic_load_explicit(&service->is_draining, memory_order_relaxed);
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

// Counts a response that was queued. The status is 0 if it could not be, for lack of memory.
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

static enum MHD_Result say(struct http_service *service, struct connection *connection,
                           struct MHD_Connection *mhd, enum http_text text)
{
    unsigned status = http_reply_text(service->replies, mhd, text, is_last(service, connection));
    return done(connection, status, METRIC_NOT_OCSP, NULL);
}

static enum MHD_Result refuse(struct http_service *service, struct connection *connection,
                              struct MHD_Connection *mhd, enum oc_response_status error)
{
    unsigned status = http_reply_error(service->replies, mhd, error, is_last(service, connection));
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

// There may be several If-None-Match fields.
static bool is_known(const struct connection *connection, struct MHD_Connection *mhd,
                     const char *etag)
{
    if (connection->request.method == METRIC_POST || !connection->request.has_tag)
        return false;
    const char *left = etag;
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, match_field, (void *)&left);
    return left == NULL;
}

static enum MHD_Result send_cached(struct http_service *service, struct connection *connection,
                                   struct MHD_Connection *mhd, const struct reply *reply)
{
    bool known = is_known(connection, mhd, reply->cached->etag);
    unsigned status = http_reply_cached(service->replies, mhd, reply->cached, clock_seconds(),
                                        known, is_last(service, connection));
    return done(connection, status, known ? METRIC_NOT_MODIFIED : METRIC_GOOD_ANSWER, reply);
}

static enum MHD_Result send_once(struct http_service *service, struct connection *connection,
                                 struct MHD_Connection *mhd, struct reply *reply)
{
    uint8_t *own = reply->own;
    reply->own = NULL;
    unsigned status = http_reply_once(mhd, own, reply->own_len, is_last(service, connection));
    return done(connection, status, METRIC_GOOD_ANSWER, reply);
}

static enum MHD_Result send_error(struct http_service *service, struct connection *connection,
                                  struct MHD_Connection *mhd, const struct reply *reply)
{
    unsigned status =
        http_reply_error(service->replies, mhd, reply->status, is_last(service, connection));
    return done(connection, status, outcome_of(reply->status), reply);
}

static enum MHD_Result send_reply(struct http_service *service, struct connection *connection,
                                  struct MHD_Connection *mhd, struct reply *reply)
{
    enum MHD_Result result;
    if (reply->status == OC_RESPONSE_SUCCESSFUL && reply->cached != NULL)
        result = send_cached(service, connection, mhd, reply);
    else if (reply->status == OC_RESPONSE_SUCCESSFUL && reply->own != NULL)
        result = send_once(service, connection, mhd, reply);
    else
        result = send_error(service, connection, mhd, reply);
    reply_release(reply);
    return result;
}

static enum MHD_Result ask(struct http_service *service, struct connection *connection,
                           struct MHD_Connection *mhd, struct oc_bytes octets)
{
    struct reply reply = {0};
    connection->request.phase = REQUEST_ASKED;
    connection_set_stage(connection, CONNECTION_WAITING);
    if (!suspend_ask(connection, mhd, service->engine, octets, &service->is_stopping, &reply))
        return MHD_YES;
    return send_reply(service, connection, mhd, &reply);
}

static enum MHD_Result answer_get(struct http_service *service, struct connection *connection,
                                  struct MHD_Connection *mhd)
{
    uint8_t octets[HTTP_GET_MAX];
    size_t max = atomic_load_explicit(&service->max_request, memory_order_relaxed);
    size_t len;
    switch (http_get_read(connection->request.uri, connection->request.uri_len, service->prefixes,
                          octets, max < sizeof octets ? max : sizeof octets, &len)) {
    case HTTP_GET_REQUEST:
        return ask(service, connection, mhd, (struct oc_bytes){octets, len});
    case HTTP_GET_NOTHING:
        return say(service, connection, mhd, HTTP_TEXT_NOT_FOUND);
    case HTTP_GET_TOO_LONG:
        return refuse(service, connection, mhd, OC_RESPONSE_MALFORMED_REQUEST);
    default:
        return say(service, connection, mhd, HTTP_TEXT_RUBBISH);
    }
}

static enum MHD_Result on_complete(struct http_service *service, struct connection *connection,
                                   struct MHD_Connection *mhd, const char *method)
{
    const struct connection_request *request = &connection->request;
    if (request->method == METRIC_GET || request->method == METRIC_HEAD)
        return answer_get(service, connection, mhd);
    if (request->method == METRIC_POST && request->is_too_long)
        return refuse(service, connection, mhd, OC_RESPONSE_MALFORMED_REQUEST);
    if (request->method == METRIC_POST)
        return ask(service, connection, mhd,
                   (struct oc_bytes){connection->body, request->body_len});
    bool is_options = strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0;
    return say(service, connection, mhd, is_options ? HTTP_TEXT_OPTIONS : HTTP_TEXT_METHOD);
}

static enum MHD_Result on_resumed(struct http_service *service, struct connection *connection,
                                  struct MHD_Connection *mhd)
{
    struct reply reply;
    suspend_take(connection, &reply);
    return send_reply(service, connection, mhd, &reply);
}

// The phase of the header.

static enum metric_method method_of(const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0)
        return METRIC_GET;
    if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        return METRIC_POST;
    return strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? METRIC_HEAD : METRIC_OTHER;
}

// Some clients send another Content-Type or none; what the body is, its octets say. An answer here,
// before the body, closes the connection.
static enum MHD_Result begin_post(struct http_service *service, struct connection *connection,
                                  struct MHD_Connection *mhd, const struct http_header *header)
{
    if (!http_get_is_root(connection->request.uri, connection->request.uri_len, service->prefixes))
        return say(service, connection, mhd, HTTP_TEXT_NOT_FOUND);
    if (!header->is_request)
        metrics_other_type();
    if (header->body_len > service->max_request)
        return refuse(service, connection, mhd, OC_RESPONSE_MALFORMED_REQUEST);
    return MHD_YES;
}

static bool is_sampled(const struct http_service *service)
{
    static _Thread_local size_t n;
    size_t sample = atomic_load_explicit(&service->sample, memory_order_relaxed);
    return sample != 0 && ++n % sample == 0;
}

// After an invalid header nothing else on the connection is read.
static enum MHD_Result refuse_header(struct http_service *service, struct connection *connection,
                                     struct MHD_Connection *mhd, enum http_text text)
{
    return done(connection, http_reply_text(service->replies, mhd, text, true), METRIC_BROKEN,
                NULL);
}

static enum MHD_Result on_header(struct http_service *service, struct connection *connection,
                                 struct MHD_Connection *mhd, const char *method,
                                 const char *version)
{
    struct connection_request *request = &connection->request;
    struct http_line line = {method, request->uri, request->uri_len, version};
    struct http_header header;
    enum http_text why;
    request->phase = REQUEST_BODY;
    request->method = method_of(method);
    request->is_logged = is_sampled(service);
    if (!http_header_read(mhd, &line, service->is_in_place, &header, &why))
        return refuse_header(service, connection, mhd, why);
    if (header.len > service->max_header)
        return refuse_header(service, connection, mhd, HTTP_TEXT_HEADER);
    request->is_chunked = header.is_chunked;
    request->has_tag = header.has_tag;
    if (request->method == METRIC_POST)
        return begin_post(service, connection, mhd, &header);
    return MHD_YES;
}

// The phase of the body.

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

// A body with a Content-Length was checked with the header; only a chunked one can be too long
// here.
static enum MHD_Result on_body(struct http_service *service, struct connection *connection,
                               const char *data, size_t *len)
{
    struct connection_request *request = &connection->request;
    size_t n = *len;
    *len = 0;
    // A reload may have lowered it below what was received already.
    size_t max = service->max_request;
    bool is_wanted = request->method == METRIC_POST && !request->is_too_long;
    if (is_wanted && request->body_len <= max && n <= max - request->body_len)
        return keep_body(connection, data, n) ? MHD_YES : MHD_NO;
    request->is_too_long = true;
    request->body_len += n;
    return request->body_len > SWALLOW_MAX ? MHD_NO : MHD_YES;
}

// The callbacks of libmicrohttpd.

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

// Gets the target as it was sent. The other callbacks get the returned pointer as `*context`.
static void *on_target(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct connection *connection = connection_of(mhd);
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

static size_t do_not_unescape(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **context)
{
    struct http_service *service = cls;
    struct connection *connection = *context;
    (void)url;
    if (connection == NULL)
        return MHD_NO;
    switch (connection->request.phase) {
    case REQUEST_HEADER:
        return on_header(service, connection, mhd, method, version);
    case REQUEST_BODY:
        return *len > 0 ? on_body(service, connection, data, len)
                        : on_complete(service, connection, mhd, method);
    case REQUEST_ASKED:
    default:
        return on_resumed(service, connection, mhd);
    }
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
    // The connection was closed, or libmicrohttpd itself has answered.
    if (!connection->request.is_counted)
        metrics_broken(connection->request.method);
    if (connection->body != connection->small)
        free(connection->body);
    connection->body = connection->small;
    connection->body_size = sizeof connection->small;
    connection->request = (struct connection_request){0};
    connection_set_stage(connection, CONNECTION_IDLE);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_service *service = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context =
            info == NULL ? NULL : connections_start(service->connections, (int)info->connect_fd);
        return;
    }
    struct connection *connection = *context;
    *context = NULL;
    if (connection == NULL)
        return;
    if (!connection->has_asked)
        metrics_without_request();
    suspend_end(connection);
    connections_remove(service->connections, connection);
}

// A libmicrohttpd that reads headers in place has two faults when it is strict: it sends the header
// twice when it refuses a request without a Host field, and nothing when the target contains a
// space. There it is not strict, and http_header_read() refuses both.
struct MHD_Daemon *http_daemon_new(struct http_service *service, size_t max_header)
{
    size_t memory = max_header + MEMORY_EXTRA;
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME |
                                MHD_USE_NO_LISTEN_SOCKET,
                            0, NULL, NULL, on_request, service, MHD_OPTION_CONNECTION_LIMIT,
                            1U << 24, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
                            MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT,
                            service->is_in_place ? 0 : 1, MHD_OPTION_URI_LOG_CALLBACK, on_target,
                            service, MHD_OPTION_UNESCAPE_CALLBACK, do_not_unescape, NULL,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, service,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, service, MHD_OPTION_END);
}
