// SPDX-License-Identifier: MIT
//
// The life of the front, and what it does from time to time: changes from the stores, refreshing,
// saving, warnings, and the end of what was replaced.
#include "answer/engine_parts.h"
#include "base/log.h"
#include "program/clock.h"

#include <ocsp/openssl.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    REFRESH_AT_ONCE = 512,  // answers in a tick
    SAVE_AT_ONCE = 256,     // answers in a transaction
    SAVE_MS = 100,          // of a tick
    SAVE_AT_END_MS = 3000,
    FAILURES_MAX = 2,   // ticks that a source is absent for before it counts as lost
    WARN_EACH = 86400,  // seconds
    FIRST_CACHE = 1 << 20,
};

struct engine *engine_new(char *why, size_t size)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (engine != NULL) {
        pthread_rwlock_init(&engine->lock, NULL);
        pthread_mutex_init(&engine->ticking, NULL);
        pthread_mutex_init(&engine->saving, NULL);
        engine->crypto = oc_openssl_new();
        engine->cache = cache_new(FIRST_CACHE);
        engine->inflight = inflight_new();
    }
    if (engine != NULL && engine->crypto != NULL && engine->cache != NULL &&
        engine->inflight != NULL)
        return engine;
    snprintf(why, size, "no memory, or no random numbers");
    engine_free(engine);
    return NULL;
}

static size_t take_saves(struct engine *engine, struct cached *out[SAVE_AT_ONCE])
{
    pthread_mutex_lock(&engine->saving);
    size_t n = engine->n_saves < SAVE_AT_ONCE ? engine->n_saves : SAVE_AT_ONCE;
    for (size_t i = 0; i < n; i++)
        out[i] = engine->saves[--engine->n_saves];
    pthread_mutex_unlock(&engine->saving);
    return n;
}

static struct saved saved_of(const struct cached *cached)
{
    struct saved saved = {.hash = cached->hash,
                          .serial = {cached->serial, cached->serial_len},
                          .record = cached->record,
                          .this_update = cached->this_update,
                          .next_update = cached->next_update,
                          .der = {cached->der, cached->der_len}};
    for (size_t i = 0; i < sizeof saved.signer; i++)
        saved.signer[i] = cached->signer[i];
    return saved;
}

// Returns false when it is worth another try.
static bool save_of_issuer(struct engine *engine, const struct served_issuer *issuer,
                           struct cached *const *cached, size_t n)
{
    struct saved saved[SAVE_AT_ONCE];
    size_t n_saved = 0;
    struct store *store = issuer->store;
    if (store->methods->put_saved == NULL)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (cached[i]->issuer == issuer->key)
            saved[n_saved++] = saved_of(cached[i]);
    }
    if (n_saved == 0 || store->methods->put_saved(store, saved, n_saved))
        return true;
    log_limited(LOG_WARNING_LINE, "%s: answers are not saved: %s", issuer->config->name,
                store->methods->why(store));
    bool is_busy = store->methods->fault(store) == STORE_FAULT_BUSY;
    if (!is_busy)
        atomic_fetch_add(&engine->n_not_saved, n_saved);
    return !is_busy;
}

static void give_back_saves(struct engine *engine, struct cached *const *cached, size_t n)
{
    for (size_t i = 0; i < n; i++)
        engine_save_later(engine, cached[i]);
}

static bool is_past(const struct timespec *end)
{
    const struct timespec now = clock_in(0);
    return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

// save saves what waits for it, for so many milliseconds at most: more may come all the time. A
// store that is busy makes all others wait: it is left alone until the next tick.
static void save(struct engine *engine, const struct generation *generation, int milliseconds)
{
    struct cached *cached[SAVE_AT_ONCE];
    const struct timespec end = clock_in(milliseconds);
    bool is_done = true;
    size_t n;
    while (is_done && !is_past(&end) && (n = take_saves(engine, cached)) > 0) {
        for (size_t i = 0; is_done && i < generation->served.n_issuers; i++)
            is_done = save_of_issuer(engine, &generation->served.issuers[i], cached, n);
        if (!is_done)
            give_back_saves(engine, cached, n);
        for (size_t i = 0; i < n; i++)
            cached_release(cached[i]);
    }
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->generation != NULL)
        save(engine, engine->generation, SAVE_AT_END_MS);
    // Closing the link ends what is being signed, and with that nobody holds a state any more.
    generation_free(engine->generation);
    while (engine->retired != NULL) {
        struct generation *generation = engine->retired;
        engine->retired = generation->next;
        generation_free(generation);
    }
    for (size_t i = 0; i < engine->n_saves; i++)
        cached_release(engine->saves[i]);
    inflight_free(engine->inflight);
    cache_free(engine->cache);
    oc_openssl_free(engine->crypto);
    pthread_rwlock_destroy(&engine->lock);
    pthread_mutex_destroy(&engine->ticking);
    pthread_mutex_destroy(&engine->saving);
    free(engine);
}

// What a store tells has changed.

struct poll {
    struct engine *engine;
    const struct served_issuer *issuer;
};

static bool is_of(void *arg, const struct cached *cached)
{
    const uint64_t *key = arg;
    return cached->issuer == *key;
}

static void drop_all(struct engine *engine, const struct served_issuer *issuer)
{
    uint64_t key = issuer->key;
    cache_drop_if(engine->cache, is_of, &key);
}

static void take_change(void *arg, const struct oc_bytes *serial)
{
    const struct poll *poll = arg;
    if (serial != NULL)
        cache_drop(poll->engine->cache, poll->issuer->key, *serial);
    else
        drop_all(poll->engine, poll->issuer);
}

static bool poll_store(struct engine *engine, const struct served_issuer *issuer, bool is_last)
{
    struct poll poll = {engine, issuer};
    const struct changes changes = {take_change, &poll, is_last};
    return issuer->store->methods->poll(issuer->store, &changes);
}

// A source that cannot be read for a moment has changed nothing. One that is gone, or another one
// than before, may have: what the memory has of it is dropped. Whoever puts a new file in its place
// may take the old one away a moment before.
static void take_failure(struct engine *engine, struct served_issuer *issuer)
{
    enum store_fault fault = issuer->store->methods->fault(issuer->store);
    bool is_lost = fault == STORE_FAULT_DATA || fault == STORE_FAULT_ABSENT;
    unsigned before = issuer->n_lost;
    issuer->n_lost = is_lost ? before + 1 : 0;
    if (fault == STORE_FAULT_DATA || issuer->n_lost > FAILURES_MAX)
        issuer->n_lost = FAILURES_MAX;
    if (before < FAILURES_MAX && issuer->n_lost == FAILURES_MAX)
        drop_all(engine, issuer);
}

static void poll_stores(struct engine *engine, struct generation *generation)
{
    bool is_well = true;
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        struct served_issuer *issuer = &generation->served.issuers[i];
        if (poll_store(engine, issuer, false)) {
            issuer->n_lost = 0;
            continue;
        }
        is_well = false;
        take_failure(engine, issuer);
        if (atomic_load(&generation->is_well))
            log_line(LOG_ERROR_LINE, "%s: the source cannot be read: %s", issuer->config->name,
                     issuer->store->methods->why(issuer->store));
    }
    if (is_well && !atomic_load(&generation->is_well))
        log_line(LOG_INFO_LINE, "all sources can be read again");
    atomic_store(&generation->is_well, is_well);
}

// What has changed while a new configuration was being loaded, the stores of the old one know.
static void poll_last(struct engine *engine, const struct generation *old)
{
    for (size_t i = 0; i < old->served.n_issuers; i++) {
        const struct served_issuer *issuer = &old->served.issuers[i];
        if (!poll_store(engine, issuer, true))
            drop_all(engine, issuer);
    }
}

// struct both is two states, of which one takes the place of the other.
struct both {
    const struct generation *before;
    const struct generation *after;
};

// What only one of them answers for nobody polls for all the time: it must not be there when it is
// answered for again.
static bool is_of_one(void *arg, const struct cached *cached)
{
    const struct both *both = arg;
    return generation_issuer(both->before, cached->issuer) == NULL ||
           generation_issuer(both->after, cached->issuer) == NULL;
}

static void replace(struct engine *engine, struct generation *generation)
{
    pthread_mutex_lock(&engine->ticking);
    pthread_rwlock_wrlock(&engine->lock);
    struct generation *old = engine->generation;
    engine->generation = generation;
    pthread_rwlock_unlock(&engine->lock);
    if (old != NULL) {
        struct both both = {old, generation};
        if (old->sources != generation->sources)
            poll_last(engine, old);
        cache_drop_if(engine->cache, is_of_one, &both);
        old->next = engine->retired;
        engine->retired = old;
    }
    pthread_mutex_unlock(&engine->ticking);
}

bool engine_serve(struct engine *engine, struct config *config, int signer_socket, char *why,
                  size_t size)
{
    size_t cache_size = config->cache_size;
    struct generation *generation =
        generation_new(engine->crypto, config, signer_socket, why, size);
    if (generation == NULL)
        return false;
    cache_resize(engine->cache, cache_size);
    replace(engine, generation);
    return true;
}

bool engine_renew_signer(struct engine *engine, int signer_socket, char *why, size_t size)
{
    struct generation *before = engine_hold(engine);
    if (before == NULL) {
        close(signer_socket);
        snprintf(why, size, "nothing is served yet");
        return false;
    }
    struct generation *generation =
        generation_renew(engine->crypto, before, signer_socket, why, size);
    engine_release(before);
    if (generation == NULL)
        return false;
    replace(engine, generation);
    return true;
}

bool engine_has_signer_process(struct engine *engine)
{
    struct generation *generation = engine_hold(engine);
    bool is_alive = generation != NULL && signer_link_is_alive(generation->link);
    if (generation != NULL)
        engine_release(generation);
    return is_alive;
}

static struct generation *take_retired(struct engine *engine)
{
    struct generation *taken = NULL;
    pthread_mutex_lock(&engine->ticking);
    struct generation **at = &engine->retired;
    while (*at != NULL) {
        struct generation *generation = *at;
        if (atomic_load(&generation->n_holders) != 0) {
            at = &generation->next;
            continue;
        }
        *at = generation->next;
        generation->next = taken;
        taken = generation;
    }
    pthread_mutex_unlock(&engine->ticking);
    return taken;
}

// Answers under way hold their state, so that nobody waits for its link when it ends.
void engine_free_retired(struct engine *engine)
{
    struct generation *next;
    for (struct generation *generation = take_retired(engine); generation != NULL;
         generation = next) {
        next = generation->next;
        generation_free(generation);
    }
}

// Those who wait for an answer go before: half of the queue is theirs.
static void refresh(struct engine *engine, struct generation *generation)
{
    struct cached *due[REFRESH_AT_ONCE];
    if (!signer_link_is_alive(generation->link))
        return;
    size_t under_way = signer_link_queue(generation->link);
    size_t room = generation->config->sign_queue / 2;
    room = room > under_way ? room - under_way : 0;
    size_t n = cache_due(engine->cache, clock_seconds(), due,
                         room < REFRESH_AT_ONCE ? room : REFRESH_AT_ONCE);
    for (size_t i = 0; i < n; i++) {
        engine_refresh(engine, generation, due[i]);
        cached_release(due[i]);
    }
}

static void warn_of(const struct served_issuer *issuer, int64_t ends, int64_t now)
{
    if (ends <= now)
        log_line(LOG_ERROR_LINE, "%s: no signer is valid now: every new answer is tryLater",
                 issuer->config->name);
    else
        log_line(LOG_WARNING_LINE, "%s: its last signer ends in %lld hours", issuer->config->name,
                 (long long)(ends - now) / 3600);
}

// Each day, and when there is one issuer less, or more, that has a signer.
static void warn(struct generation *generation)
{
    int64_t now = clock_seconds();
    size_t n_unsigned = generation_n_unsigned(generation, now);
    if (now < generation->warned_at + WARN_EACH && n_unsigned == generation->n_unsigned)
        return;
    generation->warned_at = now;
    generation->n_unsigned = n_unsigned;
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        const struct served_issuer *issuer = &generation->served.issuers[i];
        int64_t ends = generation_ends(generation, issuer, now);
        if (ends <= now + generation->config->signer_warning)
            warn_of(issuer, ends, now);
    }
}

static void tick(struct engine *engine, struct generation *generation)
{
    poll_stores(engine, generation);
    refresh(engine, generation);
    save(engine, generation, SAVE_MS);
    warn(generation);
}

void engine_tick(struct engine *engine)
{
    // Whoever exchanges the state holds the lock until the old one was polled for the last time.
    pthread_mutex_lock(&engine->ticking);
    struct generation *generation = engine_hold(engine);
    if (generation != NULL) {
        tick(engine, generation);
        engine_release(generation);
    }
    pthread_mutex_unlock(&engine->ticking);
}

static int64_t first_end(const struct generation *generation)
{
    int64_t first = 0;
    int64_t now = clock_seconds();
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        int64_t ends = generation_ends(generation, &generation->served.issuers[i], now);
        if (first == 0 || ends < first)
            first = ends;
    }
    return first;
}

void engine_status_get(struct engine *engine, struct engine_status *out)
{
    *out = (struct engine_status){.n_signed = atomic_load(&engine->n_signed),
                                  .n_sign_failed = atomic_load(&engine->n_sign_failed),
                                  .n_refused = atomic_load(&engine->n_refused),
                                  .n_not_saved = atomic_load(&engine->n_not_saved)};
    cache_count(engine->cache, &out->cache);
    struct generation *generation = engine_hold(engine);
    if (generation == NULL)
        return;
    out->sign_queue = signer_link_queue(generation->link);
    out->is_signer_alive = signer_link_is_alive(generation->link);
    out->is_store_well = atomic_load(&generation->is_well);
    out->signer_ends = first_end(generation);
    out->has_signers = generation_n_unsigned(generation, clock_seconds()) == 0;
    engine_release(generation);
}
