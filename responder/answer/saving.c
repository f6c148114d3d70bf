// SPDX-License-Identifier: MIT
//
// Answers are saved in transactions of up to SAVE_AT_ONCE.
#include "answer/saving.h"

#include "base/log.h"
#include "program/clock.h"

#include <string.h>

enum { SAVE_AT_ONCE = 256 };

void saving_init(struct saving *saving)
{
    pthread_mutex_init(&saving->lock, NULL);
    saving->n = 0;
    atomic_init(&saving->n_lost, 0);
}

void saving_cleanup(struct saving *saving)
{
    for (size_t i = 0; i < saving->n; i++)
        cached_release(saving->waiting[i]);
    pthread_mutex_destroy(&saving->lock);
}

void saving_add(struct saving *saving, struct cached *cached)
{
    pthread_mutex_lock(&saving->lock);
    bool has_room = saving->n < SAVING_MAX;
    if (has_room) {
        cached_hold(cached);
        saving->waiting[saving->n++] = cached;
    }
    pthread_mutex_unlock(&saving->lock);
    if (!has_room)
        atomic_fetch_add(&saving->n_lost, 1);
}

static size_t take(struct saving *saving, struct cached *out[SAVE_AT_ONCE])
{
    pthread_mutex_lock(&saving->lock);
    size_t n = saving->n < SAVE_AT_ONCE ? saving->n : SAVE_AT_ONCE;
    for (size_t i = 0; i < n; i++)
        out[i] = saving->waiting[--saving->n];
    pthread_mutex_unlock(&saving->lock);
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
    memcpy(saved.signer, cached->signer, sizeof saved.signer);
    return saved;
}

// Returns false when the store is busy and another try may succeed.
static bool save_of_issuer(struct saving *saving, const struct served_issuer *issuer,
                           struct cached *const *cached, size_t n)
{
    struct saved saved[SAVE_AT_ONCE];
    size_t n_saved = 0;
    struct store *store = issuer->store;
    struct store_error err;
    if (store->methods->put_saved == NULL)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (cached[i]->issuer == issuer->key)
            saved[n_saved++] = saved_of(cached[i]);
    }
    if (n_saved == 0 || store->methods->put_saved(store, saved, n_saved, &err))
        return true;
    log_limited(LOG_WARNING_LINE, "%s: cannot save answers: %s", issuer->config->name, err.text);
    bool is_busy = err.fault == STORE_FAULT_BUSY;
    if (!is_busy)
        atomic_fetch_add(&saving->n_lost, n_saved);
    return !is_busy;
}

static bool save_batch(struct saving *saving, const struct served *served,
                       struct cached *const *cached, size_t n)
{
    for (size_t i = 0; i < served->n_issuers; i++) {
        if (!save_of_issuer(saving, &served->issuers[i], cached, n))
            return false;
    }
    return true;
}

void saving_flush(struct saving *saving, const struct served *served, int milliseconds)
{
    struct cached *cached[SAVE_AT_ONCE];
    int64_t end = clock_ms() + milliseconds;
    bool ok = true;
    size_t n;
    while (ok && clock_ms() < end && (n = take(saving, cached)) > 0) {
        ok = save_batch(saving, served, cached, n);
        for (size_t i = 0; i < n; i++) {
            if (!ok)
                saving_add(saving, cached[i]);
            cached_release(cached[i]);
        }
    }
}
