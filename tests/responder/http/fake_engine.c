// SPDX-License-Identifier: MIT
//
// An engine for the tests of HTTP, with the functions of the real one. The request says in plain
// text, after its first octet, which answer it wants and when.
#include "fake_engine.h"

#include <openssl/sha.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// struct late is an answer that a thread of the engine gives later.
struct late {
    struct late *next;
    struct engine_waiter *waiter;
    int64_t at;  // in milliseconds
    struct reply reply;
};

struct engine {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool is_ending;
    struct late *late;
    struct cached *kept[256];
    struct engine_status state;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct oc_bytes answer_error(enum oc_response_status status)
{
    static const uint8_t errors[7][5] = {
        {0x30, 3, 10, 1, 0}, {0x30, 3, 10, 1, 1}, {0x30, 3, 10, 1, 2}, {0x30, 3, 10, 1, 3},
        {0x30, 3, 10, 1, 4}, {0x30, 3, 10, 1, 5}, {0x30, 3, 10, 1, 6},
    };
    return (struct oc_bytes){errors[status - 1], 5};
}

void reply_release(struct reply *reply)
{
    cached_release(reply->cached);
    free(reply->own);
    *reply = (struct reply){0};
}

void engine_get_status(struct engine *engine, struct engine_status *out)
{
    pthread_mutex_lock(&engine->lock);
    *out = engine->state;
    pthread_mutex_unlock(&engine->lock);
}

// Names may hold whatever the configuration accepts, and more.
struct engine_source *engine_get_sources(struct engine *engine, size_t *n)
{
    struct engine_source *sources = calloc(2, sizeof *sources);
    const struct engine_source crl = {.issuer = "a \"quoted\"\n\\ name",
                                      .is_up = true,
                                      .has_rows = true,
                                      .ends = FAKE_NEXT_UPDATE,
                                      .this_update = FAKE_THIS_UPDATE,
                                      .n_rows = 3,
                                      .n_odd = 2,
                                      .n_uncertain = 1};
    (void)engine;
    *n = sources != NULL ? 2 : 0;
    if (sources == NULL)
        return NULL;
    sources[0] = crl;
    sources[1] = (struct engine_source){.issuer = "database", .is_complete = true};
    return sources;
}

void fake_engine_toggle(struct engine *engine, bool of_signer)
{
    pthread_mutex_lock(&engine->lock);
    bool *state = of_signer ? &engine->state.is_signer_alive : &engine->state.stores_ok;
    struct engine_fault_report *fault =
        &engine->state.faults[of_signer ? ENGINE_SIGNER_DOWN : ENGINE_UNREADABLE];
    *state = !*state;
    fault->is_there = !fault->is_there;
    snprintf(fault->about, sizeof fault->about, "%s", of_signer ? "" : "toy");
    pthread_mutex_unlock(&engine->lock);
}

static struct late *take_due(struct engine *engine)
{
    for (struct late **at = &engine->late; *at != NULL; at = &(*at)->next) {
        struct late *late = *at;
        if (late->at <= now_ms() || engine->is_ending) {
            *at = late->next;
            return late;
        }
    }
    return NULL;
}

static void *answer_late(void *arg)
{
    struct engine *engine = arg;
    pthread_mutex_lock(&engine->lock);
    while (!engine->is_ending || engine->late != NULL) {
        struct late *late = take_due(engine);
        if (late != NULL) {
            pthread_mutex_unlock(&engine->lock);
            late->waiter->ready(late->waiter, &late->reply);
            free(late);
            pthread_mutex_lock(&engine->lock);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 2000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&engine->changed, &engine->lock, &until);
    }
    pthread_mutex_unlock(&engine->lock);
    return NULL;
}

struct engine *engine_new(char *why, size_t size)
{
    struct engine *engine = calloc(1, sizeof *engine);
    (void)why;
    (void)size;
    if (engine == NULL)
        return NULL;
    pthread_mutex_init(&engine->lock, NULL);
    pthread_cond_init(&engine->changed, NULL);
    engine->state =
        (struct engine_status){.is_signer_alive = true, .has_signers = true, .stores_ok = true};
    if (pthread_create(&engine->thread, NULL, answer_late, engine) == 0)
        return engine;
    free(engine);
    return NULL;
}

void engine_free(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    engine->is_ending = true;
    pthread_cond_signal(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
    pthread_join(engine->thread, NULL);
    for (size_t i = 0; i < 256; i++)
        cached_release(engine->kept[i]);
    free(engine);
}

static bool later(struct engine *engine, struct engine_waiter *waiter, long delay,
                  const struct reply *reply)
{
    struct late *late = calloc(1, sizeof *late);
    *late = (struct late){.waiter = waiter, .at = now_ms() + delay, .reply = *reply};
    pthread_mutex_lock(&engine->lock);
    late->next = engine->late;
    engine->late = late;
    pthread_cond_signal(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
    return false;
}

// struct soon is an answer that another thread gives before engine_ask() returns.
struct soon {
    struct engine_waiter *waiter;
    const struct reply *reply;
};

static void *answer_soon(void *arg)
{
    const struct soon *soon = arg;
    soon->waiter->ready(soon->waiter, soon->reply);
    return NULL;
}

static bool before(struct engine_waiter *waiter, const struct reply *reply)
{
    pthread_t thread;
    struct soon soon = {waiter, reply};
    pthread_create(&thread, NULL, answer_soon, &soon);
    pthread_join(thread, NULL);
    return false;
}

static struct reply error_of(enum oc_response_status status)
{
    return (struct reply){.status = status};
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

// The times are FAKE_THIS_UPDATE and so on, unless the text says how many seconds are left.
static struct cached *make(const char *text, size_t len)
{
    struct cached *cached = cached_new((struct oc_bytes){(const uint8_t *)text, len});
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256((const uint8_t *)text, len, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(cached->etag + 2 * i, 3, "%02x", digest[i]);
    cached->this_update = FAKE_THIS_UPDATE;
    cached->next_update = FAKE_NEXT_UPDATE;
    cached->max_age = FAKE_MAX_AGE;
    if (starts(text, "0left "))
        cached->next_update = now_ms() / 1000 + strtol(text + 6, NULL, 10);
    return cached;
}

static struct reply cached_reply(struct cached *cached)
{
    return (struct reply){
        .status = OC_RESPONSE_SUCCESSFUL, .cached = cached, .hash = OC_HASH_SHA256, .is_hit = true};
}

// The same answer for the same text, as from a cache.
static struct reply kept_reply(struct engine *engine, const char *text, size_t len)
{
    unsigned char slot = 0;
    for (size_t i = 0; i < len; i++)
        slot = (unsigned char)(slot * 31 + (unsigned char)text[i]);
    pthread_mutex_lock(&engine->lock);
    struct cached *cached = engine->kept[slot];
    if (cached == NULL || cached->der_len != len || memcmp(cached->der, text, len) != 0) {
        cached_release(cached);
        cached = engine->kept[slot] = make(text, len);
    }
    cached_hold(cached);
    pthread_mutex_unlock(&engine->lock);
    return cached_reply(cached);
}

static struct reply once_reply(const char *text, size_t len)
{
    uint8_t *copy = malloc(len + 1);
    memcpy(copy, text, len);
    return (struct reply){
        .status = OC_RESPONSE_SUCCESSFUL, .own = copy, .own_len = len, .hash = OC_HASH_SHA1};
}

static struct reply big_reply(const char *text)
{
    size_t len = strtoul(text + 5, NULL, 10);
    char *big = calloc(1, len + 1);
    memset(big, 'x', len);
    struct reply reply = cached_reply(make(big, len));
    free(big);
    return reply;
}

// The SHA-256 of the first cert ID of a real request whose lengths are all short: the fifth
// SEQUENCE in it.
static void write_log_id(struct oc_bytes request, char *out)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    out[0] = '\0';
    if (request.len < 10 || request.data[8] != 0x30 || request.len < 10U + request.data[9])
        return;
    SHA256(request.data + 8, 2U + request.data[9], digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

bool engine_ask(struct engine *engine, struct oc_bytes request, struct engine_waiter *waiter,
                struct reply *reply)
{
    char text[256] = "";
    size_t len = request.len < sizeof text ? request.len : sizeof text - 1;
    if (len > 0)
        memcpy(text, request.data, len);
    text[len] = '\0';
    if (waiter->log_id != NULL)
        write_log_id(request, waiter->log_id);
    *reply = error_of(OC_RESPONSE_MALFORMED_REQUEST);
    if (starts(text, "0slow"))
        *reply = cached_reply(make(text, len));
    else if (starts(text, "0big "))
        *reply = big_reply(text);
    else if (starts(text, "0nonce"))
        *reply = once_reply(text, len);
    else if (starts(text, "0good") || starts(text, "0left"))
        *reply = kept_reply(engine, text, len);
    else if (starts(text, "0unauthorized"))
        *reply = error_of(OC_RESPONSE_UNAUTHORIZED);
    else if (starts(text, "0later"))
        *reply = error_of(OC_RESPONSE_TRY_LATER);
    else if (starts(text, "0internal"))
        *reply = error_of(OC_RESPONSE_INTERNAL_ERROR);
    const char *delay = strstr(text, " after ");
    if (delay != NULL)
        return later(engine, waiter, strtol(delay + 7, NULL, 10), reply);
    if (strstr(text, " before") != NULL)
        return before(waiter, reply);
    return true;
}
