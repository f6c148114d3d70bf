// SPDX-License-Identifier: MIT
//
// One tick: poll the stores, refresh, save, warn.
#include "answer/upkeep.h"

#include "answer/ask.h"
#include "answer/changes.h"
#include "answer/engine_object.h"
#include "base/log.h"
#include "program/clock.h"

enum {
    REFRESH_AT_ONCE = 512,  // answers in a tick
    SAVE_MS = 100,          // of a tick
    WARN_EACH = 86400,      // seconds
};

static void poll_stores(struct engine *engine, struct generation *generation)
{
    bool ok = true;
    bool was_ok = atomic_load(&generation->sources_ok);
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        struct served_issuer *issuer = &generation->served.issuers[i];
        struct store_error err;
        if (changes_poll(engine->cache, issuer, false, &err)) {
            issuer->n_lost = 0;
            continue;
        }
        ok = false;
        changes_take_failure(engine->cache, issuer, err.fault);
        if (was_ok)
            log_line(LOG_ERROR_LINE, "%s: cannot read the source: %s", issuer->config->name,
                     err.text);
    }
    if (ok && !was_ok)
        log_line(LOG_INFO_LINE, "all sources can be read again");
    atomic_store(&generation->sources_ok, ok);
}

// Callers that wait for an answer come first: half of the queue is reserved for them.
static void refresh(struct engine *engine, struct generation *generation)
{
    struct cached *due[REFRESH_AT_ONCE];
    if (!signer_link_is_alive(generation->link))
        return;
    size_t in_flight = signer_link_queue(generation->link);
    size_t room = generation->config->sign_queue / 2;
    room = room > in_flight ? room - in_flight : 0;
    size_t n = cache_due(engine->cache, clock_seconds(), due,
                         room < REFRESH_AT_ONCE ? room : REFRESH_AT_ONCE);
    for (size_t i = 0; i < n; i++) {
        ask_refresh(engine, generation, due[i]);
        cached_release(due[i]);
    }
}

static void warn_of(const struct served_issuer *issuer, int64_t ends, int64_t now)
{
    if (ends <= now)
        log_line(LOG_ERROR_LINE,
                 "%s: no signer certificate is valid, so new answers are tryLater: add a signer "
                 "with a valid certificate, and reload",
                 issuer->config->name);
    else
        log_line(LOG_WARNING_LINE,
                 "%s: the last signer certificate expires in %lld hours: add a signer, and reload",
                 issuer->config->name, (long long)(ends - now) / 3600);
}

// Warns each day, and whenever the number of issuers without a valid signer has changed.
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

void upkeep_tick(struct engine *engine)
{
    // A reload holds this lock until it has polled the old stores for the last time.
    pthread_mutex_lock(&engine->ticking);
    struct generation *generation = engine_hold(engine);
    if (generation != NULL) {
        poll_stores(engine, generation);
        refresh(engine, generation);
        saving_flush(&engine->saving, &generation->served, SAVE_MS);
        warn(generation);
        engine_release(generation);
    }
    pthread_mutex_unlock(&engine->ticking);
}
