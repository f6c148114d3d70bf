// SPDX-License-Identifier: MIT
//
// A rendered answer is kept in a table of its own, by the hash of its octets, and not in the
// cache: what libmicrohttpd makes of an answer is several times its size, and only what is asked
// for often is worth that.
#include "http_reply.h"

#include "answer.h"

#include <ocsp/der.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// SETS times WAYS answers are kept, those of more than KEPT_MAX octets never: some 90 MiB at most.
enum { SETS = 4096, WAYS = 4, KEPT_MAX = 4096, ETAG_LEN = 64 };

// WINDOW_MAX is for how many seconds the same max-age is said at most.
enum { WINDOW_MAX = 30 };

// By copying: libc's ways of writing a time take a lock, and longer than everything else here.
void http_date(int64_t time, char out[HTTP_DATE_SIZE])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[OC_TIME_TEXT_LEN];
    if (!oc_time_text(time, text))
        (void)!oc_time_text(time = 0, text);
    // 1970-01-01 was a Thursday.
    int64_t day = (((time - (time % 86400 + 86400) % 86400) / 86400 + 4) % 7 + 7) % 7;
    size_t month = (size_t)(text[5] - '0') * 10 + (size_t)(text[6] - '0') - 1;
    memcpy(out, "Xxx, 00 Xxx 0000 00:00:00 GMT", HTTP_DATE_SIZE);
    memcpy(out, days + 3 * day, 3);
    memcpy(out + 5, text + 8, 2);
    memcpy(out + 8, months + 3 * month, 3);
    memcpy(out + 12, text, 4);
    memcpy(out + 17, text + 11, 8);
}

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t");
}

// entity-tag = [ %s"W/" ] DQUOTE *etagc DQUOTE. Returns what stands behind it, NULL when there is
// none, with what is between the quotes in `*tag`.
static const char *next_tag(const char *at, struct oc_bytes *tag)
{
    if (strncmp(at, "W/", 2) == 0)
        at += 2;
    if (*at != '"')
        return NULL;
    const char *end = strchr(at + 1, '"');
    if (end == NULL)
        return NULL;
    *tag = (struct oc_bytes){(const uint8_t *)at + 1, (size_t)(end - at - 1)};
    return end + 1;
}

bool http_etag_matches(const char *field, const char *etag)
{
    struct oc_bytes wanted = {(const uint8_t *)etag, strlen(etag)};
    const char *at = skip_space(field);
    if (*at == '*')
        return *skip_space(at + 1) == '\0';
    // A list may have empty elements (RFC 9110 5.6.1.2).
    for (at += strspn(at, ", \t"); *at != '\0'; at += strspn(at, ", \t")) {
        struct oc_bytes tag;
        at = next_tag(at, &tag);
        if (at == NULL)
            return false;
        if (oc_bytes_equal(tag, wanted))
            return true;
        at = skip_space(at);
        if (*at != ',')
            return false;
    }
    return false;
}

bool http_is_media_type(const char *field, const char *type)
{
    const char *at = skip_space(field);
    size_t len = strlen(type);
    if (strncasecmp(at, type, len) != 0)
        return false;
    at = skip_space(at + len);
    return *at == '\0' || *at == ';';
}

struct http_freshness http_freshness(int64_t now, int64_t next_update, int64_t max_age)
{
    // The first and the last second at which max_age is not too much.
    int64_t last = next_update - 1 - max_age;
    if (now <= last)
        return (struct http_freshness){max_age, last};
    int64_t left = next_update - 1 - now;
    if (left <= 0)
        return (struct http_freshness){0, now};
    int64_t window = left / 20 < WINDOW_MAX ? left / 20 : WINDOW_MAX;
    return (struct http_freshness){left - window, now + window};
}

// struct slot is one rendered answer, nothing when `response` is NULL.
struct slot {
    char etag[ETAG_LEN];
    int64_t max_age;
    int64_t made_at;
    int64_t good_until;
    struct MHD_Response *response;
};

struct set {
    pthread_mutex_t lock;
    unsigned oldest;
    struct slot slots[WAYS];
};

enum { ERRORS = OC_RESPONSE_UNAUTHORIZED + 1 };

// The responses that never change are there twice: [1] ends the connection.
struct http_replies {
    struct MHD_Response *errors[ERRORS][2];
    struct MHD_Response *texts[HTTP_TEXTS][2];
    struct set sets[SETS];
};

static const struct text {
    unsigned status;
    const char *body;
    bool says_allow;
} texts[HTTP_TEXTS] = {
    [HTTP_TEXT_OPTIONS] = {MHD_HTTP_NO_CONTENT, "", true},
    [HTTP_TEXT_RUBBISH] = {MHD_HTTP_BAD_REQUEST, "The path is not the base64 of a request.\n"},
    [HTTP_TEXT_NOT_FOUND] = {MHD_HTTP_NOT_FOUND, "An OCSP responder; there is no request here.\n"},
    [HTTP_TEXT_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED, "GET, HEAD and POST are answered.\n", true},
    [HTTP_TEXT_LENGTH] = {MHD_HTTP_BAD_REQUEST, "The length of the body is said twice.\n"},
    [HTTP_TEXT_MEDIA_TYPE] = {MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                              "The body has to be application/ocsp-request.\n"},
    [HTTP_TEXT_HEADER] = {MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "The header is too long.\n"},
    [HTTP_TEXT_CODING] = {MHD_HTTP_NOT_IMPLEMENTED, "The body is coded in an unknown way.\n"},
};

// struct field is one header field; struct body what comes behind.
struct field {
    const char *name;
    const char *value;
};

static void drop(struct MHD_Response *response)
{
    if (response != NULL)
        MHD_destroy_response(response);
}

static bool add_fields(struct MHD_Response *response, const struct field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (MHD_add_response_header(response, fields[i].name, fields[i].value) != MHD_YES)
            return false;
    return true;
}

// finish adds the header fields to a response, or drops it.
static struct MHD_Response *finish(struct MHD_Response *response, const struct field *fields,
                                   size_t n, bool is_last)
{
    static const struct field close = {MHD_HTTP_HEADER_CONNECTION, "close"};
    if (response == NULL)
        return NULL;
    if (add_fields(response, fields, n) && add_fields(response, &close, is_last ? 1 : 0))
        return response;
    MHD_destroy_response(response);
    return NULL;
}

// libmicrohttpd takes no pointer to const, and changes nothing behind it.
static void *unconst(const void *data)
{
    void *same;
    memcpy(&same, &data, sizeof(same));
    return same;
}

static struct MHD_Response *copy_of(const void *data, size_t len)
{
    return MHD_create_response_from_buffer(len, unconst(data), MHD_RESPMEM_MUST_COPY);
}

#define OCSP_TYPE                                                                                  \
    {                                                                                              \
        MHD_HTTP_HEADER_CONTENT_TYPE, "application/ocsp-response"                                  \
    }
#define TEXT_TYPE                                                                                  \
    {                                                                                              \
        MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=us-ascii"                               \
    }
#define ALLOW                                                                                      \
    {                                                                                              \
        MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST, OPTIONS"                                          \
    }
#define NOT_STORED                                                                                 \
    {                                                                                              \
        MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"                                                  \
    }

static struct MHD_Response *render_error(enum oc_response_status status, bool is_last)
{
    static const struct field fields[] = {OCSP_TYPE, NOT_STORED};
    struct oc_bytes der = answer_error(status);
    return finish(copy_of(der.data, der.len), fields, 2, is_last);
}

static struct MHD_Response *render_text(const struct text *text, bool is_last)
{
    struct field fields[3] = {NOT_STORED};
    size_t len = strlen(text->body);
    size_t n = 1;
    if (len > 0)
        fields[n++] = (struct field)TEXT_TYPE;
    if (text->says_allow)
        fields[n++] = (struct field)ALLOW;
    return finish(copy_of(text->body, len), fields, n, is_last);
}

static bool render_fixed(struct http_replies *replies)
{
    static const enum oc_response_status errors[] = {
        OC_RESPONSE_MALFORMED_REQUEST, OC_RESPONSE_INTERNAL_ERROR, OC_RESPONSE_TRY_LATER,
        OC_RESPONSE_SIG_REQUIRED,      OC_RESPONSE_UNAUTHORIZED,
    };
    bool is_well = true;
    for (size_t last = 0; last < 2; last++) {
        for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
            struct MHD_Response **error = &replies->errors[errors[i]][last];
            *error = render_error(errors[i], last == 1);
            is_well = is_well && *error != NULL;
        }
        for (size_t i = 0; i < HTTP_TEXTS; i++) {
            replies->texts[i][last] = render_text(&texts[i], last == 1);
            is_well = is_well && replies->texts[i][last] != NULL;
        }
    }
    return is_well;
}

struct http_replies *http_replies_new(void)
{
    struct http_replies *replies = calloc(1, sizeof(*replies));
    if (replies == NULL)
        return NULL;
    for (size_t i = 0; i < SETS; i++)
        pthread_mutex_init(&replies->sets[i].lock, NULL);
    if (render_fixed(replies))
        return replies;
    http_replies_free(replies);
    return NULL;
}

void http_replies_free(struct http_replies *replies)
{
    if (replies == NULL)
        return;
    for (size_t i = 0; i < SETS; i++) {
        for (size_t way = 0; way < WAYS; way++)
            drop(replies->sets[i].slots[way].response);
        pthread_mutex_destroy(&replies->sets[i].lock);
    }
    for (size_t last = 0; last < 2; last++) {
        for (size_t i = 0; i < ERRORS; i++)
            drop(replies->errors[i][last]);
        for (size_t i = 0; i < HTTP_TEXTS; i++)
            drop(replies->texts[i][last]);
    }
    free(replies);
}

static unsigned queue(struct MHD_Connection *connection, unsigned status,
                      struct MHD_Response *response)
{
    if (response == NULL || MHD_queue_response(connection, status, response) != MHD_YES)
        return 0;
    return status;
}

static unsigned queue_and_drop(struct MHD_Connection *connection, unsigned status,
                               struct MHD_Response *response)
{
    unsigned sent = queue(connection, status, response);
    drop(response);
    return sent;
}

// The fields of RFC 9919 7.2. Last-Modified is thisUpdate, as its table and its example have it.
// A 304 has no fields about what it does not bring (RFC 9110 15.4.5); libmicrohttpd adds the
// length that a 200 would have.
static struct MHD_Response *render(const struct cached *cached, int64_t max_age, bool is_known,
                                   bool is_last)
{
    char modified[HTTP_DATE_SIZE];
    char expires[HTTP_DATE_SIZE];
    char etag[ETAG_LEN + 3];
    char control[80];
    http_date(cached->this_update, modified);
    http_date(cached->next_update, expires);
    etag[0] = etag[ETAG_LEN + 1] = '"';
    etag[ETAG_LEN + 2] = '\0';
    memcpy(etag + 1, cached->etag, ETAG_LEN);
    snprintf(control, sizeof(control), "max-age=%lld, public, no-transform, must-revalidate",
             (long long)max_age);
    const struct field fields[] = {
        OCSP_TYPE,
        {MHD_HTTP_HEADER_LAST_MODIFIED, modified},
        {MHD_HTTP_HEADER_ETAG, etag},
        {MHD_HTTP_HEADER_EXPIRES, expires},
        {MHD_HTTP_HEADER_CACHE_CONTROL, control},
    };
    size_t n_left_out = is_known ? 2 : 0;
    return finish(copy_of(cached->der, cached->der_len), fields + n_left_out, 5 - n_left_out,
                  is_last);
}

static bool is_slot_of(const struct slot *slot, const struct cached *cached, int64_t now)
{
    return slot->response != NULL && now >= slot->made_at && now <= slot->good_until &&
           slot->max_age == cached->max_age && memcmp(slot->etag, cached->etag, ETAG_LEN) == 0;
}

static struct slot *find(struct set *set, const struct cached *cached, int64_t now)
{
    for (size_t i = 0; i < WAYS; i++)
        if (is_slot_of(&set->slots[i], cached, now))
            return &set->slots[i];
    return NULL;
}

// The slot to fill: that of the same answer, one that is no good any more, or the oldest.
static struct slot *take_slot(struct set *set, const struct cached *cached, int64_t now)
{
    for (size_t i = 0; i < WAYS; i++)
        if (memcmp(set->slots[i].etag, cached->etag, ETAG_LEN) == 0)
            return &set->slots[i];
    for (size_t i = 0; i < WAYS; i++)
        if (now > set->slots[i].good_until)
            return &set->slots[i];
    return &set->slots[set->oldest++ % WAYS];
}

static struct slot *fill(struct set *set, const struct cached *cached, int64_t now)
{
    struct http_freshness fresh = http_freshness(now, cached->next_update, cached->max_age);
    struct MHD_Response *response = render(cached, fresh.max_age, false, false);
    if (response == NULL)
        return NULL;
    struct slot *slot = take_slot(set, cached, now);
    drop(slot->response);
    memcpy(slot->etag, cached->etag, ETAG_LEN);
    slot->max_age = cached->max_age;
    slot->made_at = now;
    slot->good_until = fresh.good_until;
    slot->response = response;
    return slot;
}

// Four hex digits of the hash are enough to choose a set.
static struct set *set_of(struct http_replies *replies, const struct cached *cached)
{
    uint32_t four;
    memcpy(&four, cached->etag, sizeof(four));
    return &replies->sets[(four * 0x9e3779b1U) >> 20 & (SETS - 1)];
}

static unsigned reply_kept(struct http_replies *replies, struct MHD_Connection *connection,
                           const struct cached *cached, int64_t now)
{
    struct set *set = set_of(replies, cached);
    // Queued within the lock: who replaces it would end it otherwise.
    pthread_mutex_lock(&set->lock);
    struct slot *slot = find(set, cached, now);
    if (slot == NULL)
        slot = fill(set, cached, now);
    unsigned status = slot == NULL ? 0 : queue(connection, MHD_HTTP_OK, slot->response);
    pthread_mutex_unlock(&set->lock);
    return status;
}

unsigned http_reply_cached(struct http_replies *replies, struct MHD_Connection *connection,
                           const struct cached *cached, int64_t now, bool is_known, bool is_last)
{
    if (!is_known && !is_last && cached->der_len <= KEPT_MAX)
        return reply_kept(replies, connection, cached, now);
    struct http_freshness fresh = http_freshness(now, cached->next_update, cached->max_age);
    return queue_and_drop(connection, is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK,
                          render(cached, fresh.max_age, is_known, is_last));
}

// An answer with a nonce is authoritative, and RFC 9919 7.2 forbids no-store and no-cache there.
// What keeps it from being given to others is private, and being stale at once.
unsigned http_reply_once(struct MHD_Connection *connection, uint8_t *der, size_t len, bool is_last)
{
    static const struct field fields[] = {
        OCSP_TYPE,
        {MHD_HTTP_HEADER_CACHE_CONTROL, "max-age=0, private, no-transform, must-revalidate"},
    };
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, der, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(der);
        return 0;
    }
    return queue_and_drop(connection, MHD_HTTP_OK, finish(response, fields, 2, is_last));
}

unsigned http_reply_error(struct http_replies *replies, struct MHD_Connection *connection,
                          enum oc_response_status status, bool is_last)
{
    if ((unsigned)status >= ERRORS || replies->errors[status][0] == NULL)
        status = OC_RESPONSE_INTERNAL_ERROR;
    return queue(connection, MHD_HTTP_OK, replies->errors[status][is_last]);
}

unsigned http_reply_text(struct http_replies *replies, struct MHD_Connection *connection,
                         enum http_text text, bool is_last)
{
    return queue(connection, texts[text].status, replies->texts[text][is_last]);
}
