// SPDX-License-Identifier: MIT
//
// The life of the front, and what it does from time to time: changes from the stores, refreshing,
// saving, warnings, and the end of what was replaced.
#include "front_parts.h"
#include "log.h"
#include "steady.h"

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

struct front *front_new(char *why, size_t size)
{
    struct front *front = calloc(1, sizeof *front);
    if (front != NULL) {
        pthread_rwlock_init(&front->lock, NULL);
        pthread_mutex_init(&front->ticking, NULL);
        pthread_mutex_init(&front->saving, NULL);
        front->crypto = oc_openssl_new();
        front->cache = cache_new(FIRST_CACHE);
        front->pendings = pendings_new();
    }
    if (front != NULL && front->crypto != NULL && front->cache != NULL && front->pendings != NULL)
        return front;
    snprintf(why, size, "no memory, or no random numbers");
    front_free(front);
    return NULL;
}

static size_t take_saves(struct front *front, struct cached *out[SAVE_AT_ONCE])
{
    pthread_mutex_lock(&front->saving);
    size_t n = front->n_saves < SAVE_AT_ONCE ? front->n_saves : SAVE_AT_ONCE;
    for (size_t i = 0; i < n; i++)
        out[i] = front->saves[--front->n_saves];
    pthread_mutex_unlock(&front->saving);
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
static bool save_of_issuer(struct front *front, const struct served_issuer *issuer,
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
        atomic_fetch_add(&front->n_not_saved, n_saved);
    return !is_busy;
}

static void give_back_saves(struct front *front, struct cached *const *cached, size_t n)
{
    for (size_t i = 0; i < n; i++)
        front_save_later(front, cached[i]);
}

static bool is_past(const struct timespec *end)
{
    const struct timespec now = steady_in(0);
    return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

// save saves what waits for it, for so many milliseconds at most: more may come all the time. A
// store that is busy makes all others wait: it is left alone until the next tick.
static void save(struct front *front, const struct state *state, int milliseconds)
{
    struct cached *cached[SAVE_AT_ONCE];
    const struct timespec end = steady_in(milliseconds);
    bool is_done = true;
    size_t n;
    while (is_done && !is_past(&end) && (n = take_saves(front, cached)) > 0) {
        for (size_t i = 0; is_done && i < state->served.n_issuers; i++)
            is_done = save_of_issuer(front, &state->served.issuers[i], cached, n);
        if (!is_done)
            give_back_saves(front, cached, n);
        for (size_t i = 0; i < n; i++)
            cached_release(cached[i]);
    }
}

void front_free(struct front *front)
{
    if (front == NULL)
        return;
    if (front->state != NULL)
        save(front, front->state, SAVE_AT_END_MS);
    // Closing the link ends what is being signed, and with that nobody holds a state any more.
    state_free(front->state);
    while (front->retired != NULL) {
        struct state *state = front->retired;
        front->retired = state->next;
        state_free(state);
    }
    for (size_t i = 0; i < front->n_saves; i++)
        cached_release(front->saves[i]);
    pendings_free(front->pendings);
    cache_free(front->cache);
    oc_openssl_free(front->crypto);
    pthread_rwlock_destroy(&front->lock);
    pthread_mutex_destroy(&front->ticking);
    pthread_mutex_destroy(&front->saving);
    free(front);
}

// What a store tells has changed.

struct poll {
    struct front *front;
    const struct served_issuer *issuer;
};

static bool is_of(void *arg, const struct cached *cached)
{
    const uint64_t *key = arg;
    return cached->issuer == *key;
}

static void drop_all(struct front *front, const struct served_issuer *issuer)
{
    uint64_t key = issuer->key;
    cache_drop_if(front->cache, is_of, &key);
}

static void take_change(void *arg, const struct oc_bytes *serial)
{
    const struct poll *poll = arg;
    if (serial != NULL)
        cache_drop(poll->front->cache, poll->issuer->key, *serial);
    else
        drop_all(poll->front, poll->issuer);
}

static bool poll_store(struct front *front, const struct served_issuer *issuer, bool is_last)
{
    struct poll poll = {front, issuer};
    const struct changes changes = {take_change, &poll, is_last};
    return issuer->store->methods->poll(issuer->store, &changes);
}

// A source that cannot be read for a moment has changed nothing. One that is gone, or another one
// than before, may have: what the memory has of it is dropped. Whoever puts a new file in its place
// may take the old one away a moment before.
static void take_failure(struct front *front, struct served_issuer *issuer)
{
    enum store_fault fault = issuer->store->methods->fault(issuer->store);
    bool is_lost = fault == STORE_FAULT_DATA || fault == STORE_FAULT_ABSENT;
    unsigned before = issuer->n_lost;
    issuer->n_lost = is_lost ? before + 1 : 0;
    if (fault == STORE_FAULT_DATA || issuer->n_lost > FAILURES_MAX)
        issuer->n_lost = FAILURES_MAX;
    if (before < FAILURES_MAX && issuer->n_lost == FAILURES_MAX)
        drop_all(front, issuer);
}

static void poll_stores(struct front *front, struct state *state)
{
    bool is_well = true;
    for (size_t i = 0; i < state->served.n_issuers; i++) {
        struct served_issuer *issuer = &state->served.issuers[i];
        if (poll_store(front, issuer, false)) {
            issuer->n_lost = 0;
            continue;
        }
        is_well = false;
        take_failure(front, issuer);
        if (atomic_load(&state->is_well))
            log_line(LOG_ERROR_LINE, "%s: the source cannot be read: %s", issuer->config->name,
                     issuer->store->methods->why(issuer->store));
    }
    if (is_well && !atomic_load(&state->is_well))
        log_line(LOG_INFO_LINE, "all sources can be read again");
    atomic_store(&state->is_well, is_well);
}

// What has changed while a new configuration was being loaded, the stores of the old one know.
static void poll_last(struct front *front, const struct state *old)
{
    for (size_t i = 0; i < old->served.n_issuers; i++) {
        const struct served_issuer *issuer = &old->served.issuers[i];
        if (!poll_store(front, issuer, true))
            drop_all(front, issuer);
    }
}

// struct both is two states, of which one takes the place of the other.
struct both {
    const struct state *before;
    const struct state *after;
};

// What only one of them answers for nobody polls for all the time: it must not be there when it is
// answered for again.
static bool is_of_one(void *arg, const struct cached *cached)
{
    const struct both *both = arg;
    return state_issuer(both->before, cached->issuer) == NULL ||
           state_issuer(both->after, cached->issuer) == NULL;
}

static void replace(struct front *front, struct state *state)
{
    pthread_mutex_lock(&front->ticking);
    pthread_rwlock_wrlock(&front->lock);
    struct state *old = front->state;
    front->state = state;
    pthread_rwlock_unlock(&front->lock);
    if (old != NULL) {
        struct both both = {old, state};
        if (old->sources != state->sources)
            poll_last(front, old);
        cache_drop_if(front->cache, is_of_one, &both);
        old->next = front->retired;
        front->retired = old;
    }
    pthread_mutex_unlock(&front->ticking);
}

bool front_serve(struct front *front, struct config *config, int signer_socket, char *why,
                 size_t size)
{
    size_t cache_size = config->cache_size;
    struct state *state = state_new(front->crypto, config, signer_socket, why, size);
    if (state == NULL)
        return false;
    cache_resize(front->cache, cache_size);
    replace(front, state);
    return true;
}

bool front_renew_signer(struct front *front, int signer_socket, char *why, size_t size)
{
    struct state *before = front_hold(front);
    if (before == NULL) {
        close(signer_socket);
        snprintf(why, size, "nothing is served yet");
        return false;
    }
    struct state *state = state_renew(front->crypto, before, signer_socket, why, size);
    front_let_go(before);
    if (state == NULL)
        return false;
    replace(front, state);
    return true;
}

bool front_has_signer_process(struct front *front)
{
    struct state *state = front_hold(front);
    bool is_alive = state != NULL && signer_link_is_alive(state->link);
    if (state != NULL)
        front_let_go(state);
    return is_alive;
}

static struct state *take_retired(struct front *front)
{
    struct state *taken = NULL;
    pthread_mutex_lock(&front->ticking);
    struct state **at = &front->retired;
    while (*at != NULL) {
        struct state *state = *at;
        if (atomic_load(&state->n_holders) != 0) {
            at = &state->next;
            continue;
        }
        *at = state->next;
        state->next = taken;
        taken = state;
    }
    pthread_mutex_unlock(&front->ticking);
    return taken;
}

// Answers under way hold their state, so that nobody waits for its link when it ends.
void front_end_retired(struct front *front)
{
    struct state *next;
    for (struct state *state = take_retired(front); state != NULL; state = next) {
        next = state->next;
        state_free(state);
    }
}

// Those who wait for an answer go before: half of the queue is theirs.
static void refresh(struct front *front, struct state *state)
{
    struct cached *due[REFRESH_AT_ONCE];
    if (!signer_link_is_alive(state->link))
        return;
    size_t under_way = signer_link_queue(state->link);
    size_t room = state->config->sign_queue / 2;
    room = room > under_way ? room - under_way : 0;
    size_t n =
        cache_due(front->cache, front_now(), due, room < REFRESH_AT_ONCE ? room : REFRESH_AT_ONCE);
    for (size_t i = 0; i < n; i++) {
        front_refresh(front, state, due[i]);
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
static void warn(struct state *state)
{
    int64_t now = front_now();
    size_t n_unsigned = state_n_unsigned(state, now);
    if (now < state->warned_at + WARN_EACH && n_unsigned == state->n_unsigned)
        return;
    state->warned_at = now;
    state->n_unsigned = n_unsigned;
    for (size_t i = 0; i < state->served.n_issuers; i++) {
        const struct served_issuer *issuer = &state->served.issuers[i];
        int64_t ends = state_ends(state, issuer, now);
        if (ends <= now + state->config->signer_warning)
            warn_of(issuer, ends, now);
    }
}

static void tick(struct front *front, struct state *state)
{
    poll_stores(front, state);
    refresh(front, state);
    save(front, state, SAVE_MS);
    warn(state);
}

void front_tick(struct front *front)
{
    // Whoever exchanges the state holds the lock until the old one was polled for the last time.
    pthread_mutex_lock(&front->ticking);
    struct state *state = front_hold(front);
    if (state != NULL) {
        tick(front, state);
        front_let_go(state);
    }
    pthread_mutex_unlock(&front->ticking);
}

static int64_t first_end(const struct state *state)
{
    int64_t first = 0;
    int64_t now = front_now();
    for (size_t i = 0; i < state->served.n_issuers; i++) {
        int64_t ends = state_ends(state, &state->served.issuers[i], now);
        if (first == 0 || ends < first)
            first = ends;
    }
    return first;
}

void front_look(struct front *front, struct front_state *out)
{
    *out = (struct front_state){.n_signed = atomic_load(&front->n_signed),
                                .n_sign_failed = atomic_load(&front->n_sign_failed),
                                .n_refused = atomic_load(&front->n_refused),
                                .n_not_saved = atomic_load(&front->n_not_saved)};
    cache_count(front->cache, &out->cache);
    struct state *state = front_hold(front);
    if (state == NULL)
        return;
    out->sign_queue = signer_link_queue(state->link);
    out->is_signer_alive = signer_link_is_alive(state->link);
    out->is_store_well = atomic_load(&state->is_well);
    out->signer_ends = first_end(state);
    out->has_signers = state_n_unsigned(state, front_now()) == 0;
    front_let_go(state);
}
