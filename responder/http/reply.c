// SPDX-License-Identifier: MIT
//
// Rendered answers are kept in a table of their own, indexed by the hash of the answer, and not in
// the cache of answers: libmicrohttpd's response object is several times as large as the answer, so
// only frequent answers are worth it. The others are rendered each time.
#include "http/reply.h"

#include "http/field.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// At most SETS * WAYS answers are kept, about 90 MiB; those above KEPT_MAX octets never. Each set
// remembers the last SEEN answers that it did not have, and keeps one that is requested again.
enum { SETS = 4096, WAYS = 4, SEEN = 8, KEPT_MAX = 4096 };

enum { ERRORS = OC_RESPONSE_UNAUTHORIZED + 1 };

// struct rendered is one rendered answer. It is empty if `response` is NULL.
struct rendered {
    char etag[sizeof(((struct cached *)NULL)->etag)];
    int64_t max_age;
    int64_t made_at;
    int64_t good_until;
    struct MHD_Response *response;
};

// struct set holds the answers whose tags map to it. What a miss reads comes first, so that it
// touches few cache lines.
struct set {
    pthread_mutex_t lock;
    unsigned oldest;
    unsigned oldest_seen;
    uint64_t tags[WAYS];
    uint32_t seen[SEEN];
    struct rendered slots[WAYS];
};

// Fixed responses exist twice: [1] closes the connection.
struct http_replies {
    struct MHD_Response *errors[ERRORS][2];
    struct MHD_Response *texts[HTTP_TEXTS][2];
    struct set sets[SETS];
};

static void drop(struct MHD_Response *response)
{
    if (response != NULL)
        MHD_destroy_response(response);
}

static bool render_fixed(struct http_replies *replies)
{
    static const enum oc_response_status errors[] = {
        OC_RESPONSE_MALFORMED_REQUEST, OC_RESPONSE_INTERNAL_ERROR, OC_RESPONSE_TRY_LATER,
        OC_RESPONSE_SIG_REQUIRED,      OC_RESPONSE_UNAUTHORIZED,
    };
    bool ok = true;
    for (size_t last = 0; last < 2; last++) {
        for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
            struct MHD_Response **error = &replies->errors[errors[i]][last];
            *error = http_render_error(errors[i], last == 1);
            ok = ok && *error != NULL;
        }
        for (size_t i = 0; i < HTTP_TEXTS; i++) {
            replies->texts[i][last] = http_render_text((enum http_text)i, last == 1);
            ok = ok && replies->texts[i][last] != NULL;
        }
    }
    return ok;
}

struct http_replies *http_replies_new(void)
{
    struct http_replies *replies = calloc(1, sizeof *replies);
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

static unsigned queue(struct MHD_Connection *mhd, unsigned status, struct MHD_Response *response)
{
    if (response == NULL || MHD_queue_response(mhd, status, response) != MHD_YES)
        return 0;
    return status;
}

static unsigned queue_and_drop(struct MHD_Connection *mhd, unsigned status,
                               struct MHD_Response *response)
{
    unsigned sent = queue(mhd, status, response);
    drop(response);
    return sent;
}

// Mixes 16 hex digits of the hash, so that the high bits of the result can choose a set.
static uint64_t tag_of(const struct cached *cached)
{
    uint64_t digits[2];
    memcpy(digits, cached->etag, sizeof digits);
    return (digits[0] * 0x9e3779b97f4a7c15 ^ digits[1]) * 0x9e3779b97f4a7c15;
}

static struct set *set_of(struct http_replies *replies, uint64_t tag)
{
    return &replies->sets[tag >> 52 & (SETS - 1)];
}

static bool is_good(const struct rendered *slot, const struct cached *cached, int64_t now)
{
    return now >= slot->made_at && now <= slot->good_until && slot->max_age == cached->max_age;
}

static struct rendered *find(struct set *set, uint64_t tag, const struct cached *cached)
{
    for (size_t i = 0; i < WAYS; i++)
        if (set->tags[i] == tag && set->slots[i].response != NULL &&
            memcmp(set->slots[i].etag, cached->etag, sizeof cached->etag) == 0)
            return &set->slots[i];
    return NULL;
}

// Returns whether the answer was requested recently, and remembers that it was requested now.
static bool was_seen(struct set *set, uint64_t tag)
{
    for (size_t i = 0; i < SEEN; i++)
        if (set->seen[i] == (uint32_t)tag)
            return true;
    set->seen[set->oldest_seen++ % SEEN] = (uint32_t)tag;
    return false;
}

// Returns the slot for another answer: an expired one, or the oldest.
static struct rendered *take_slot(struct set *set, uint64_t tag, int64_t now)
{
    size_t way = 0;
    while (way < WAYS && now <= set->slots[way].good_until)
        way++;
    if (way == WAYS)
        way = set->oldest++ % WAYS;
    set->tags[way] = tag;
    return &set->slots[way];
}

static bool fill(struct rendered *slot, struct cached *cached, int64_t now)
{
    struct http_freshness fresh = http_freshness(now, cached->next_update, cached->max_age);
    drop(slot->response);
    slot->response = http_render_answer(cached, fresh.max_age, false, false);
    memcpy(slot->etag, cached->etag, sizeof slot->etag);
    slot->max_age = cached->max_age;
    slot->made_at = now;
    slot->good_until = fresh.good_until;
    return slot->response != NULL;
}

// Returns NULL if the answer is not kept.
static struct rendered *keep(struct set *set, uint64_t tag, struct cached *cached, int64_t now)
{
    struct rendered *slot = find(set, tag, cached);
    if (slot != NULL && is_good(slot, cached, now))
        return slot;
    if (slot == NULL && was_seen(set, tag))
        slot = take_slot(set, tag, now);
    return slot != NULL && fill(slot, cached, now) ? slot : NULL;
}

// The response is queued under the lock, or another thread could replace and destroy it meanwhile.
static bool reply_kept(struct http_replies *replies, struct MHD_Connection *mhd,
                       struct cached *cached, int64_t now, unsigned *status)
{
    uint64_t tag = tag_of(cached);
    struct set *set = set_of(replies, tag);
    pthread_mutex_lock(&set->lock);
    const struct rendered *slot = keep(set, tag, cached, now);
    if (slot != NULL)
        *status = queue(mhd, MHD_HTTP_OK, slot->response);
    pthread_mutex_unlock(&set->lock);
    return slot != NULL;
}

unsigned http_reply_cached(struct http_replies *replies, struct MHD_Connection *mhd,
                           struct cached *cached, int64_t now, bool is_known, bool is_last)
{
    unsigned status;
    if (!is_known && !is_last && cached->der_len <= KEPT_MAX &&
        reply_kept(replies, mhd, cached, now, &status))
        return status;
    struct http_freshness fresh = http_freshness(now, cached->next_update, cached->max_age);
    return queue_and_drop(mhd, is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK,
                          http_render_answer(cached, fresh.max_age, is_known, is_last));
}

unsigned http_reply_once(struct MHD_Connection *mhd, uint8_t *der, size_t len, bool is_last)
{
    return queue_and_drop(mhd, MHD_HTTP_OK, http_render_once(der, len, is_last));
}

unsigned http_reply_error(struct http_replies *replies, struct MHD_Connection *mhd,
                          enum oc_response_status status, bool is_last)
{
    if ((unsigned)status >= ERRORS || replies->errors[status][0] == NULL)
        status = OC_RESPONSE_INTERNAL_ERROR;
    return queue(mhd, MHD_HTTP_OK, replies->errors[status][is_last]);
}

unsigned http_reply_text(struct http_replies *replies, struct MHD_Connection *mhd,
                         enum http_text text, bool is_last)
{
    return queue(mhd, http_text_status(text), replies->texts[text][is_last]);
}
