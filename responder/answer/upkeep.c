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
};

static void poll_store(struct engine *engine, struct generation *generation, size_t i)
{
    struct served_issuer *issuer = &generation->served.issuers[i];
    struct store_error err;
    atomic_store(&generation->polling, i);
    bool ok = changes_poll(engine->cache, issuer, false, &err);
    if (ok)
        issuer->n_lost = 0;
    else
        changes_take_failure(engine->cache, issuer, err.fault);
    source_watch_polled(&generation->sources->watches[i], issuer, ok ? NULL : &err,
                        generation->config->source_warning);
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

// enum signer_level is what an alarm about the signers of an issuer says.
enum signer_level { SIGNER_VALID = 0, SIGNER_EXPIRING, SIGNER_MISSING };

static void log_signer(const char *name, enum signer_level level, int64_t left)
{
    char span[CONDITION_DURATION];
    switch (level) {
    case SIGNER_VALID:
        log_line(LOG_INFO_LINE, "%s: a signer certificate is valid again", name);
        break;
    case SIGNER_EXPIRING:
        log_line(LOG_WARNING_LINE,
                 "%s: the last signer certificate expires in %s: add a signer, and reload", name,
                 condition_duration(left, span));
        break;
    case SIGNER_MISSING:
        log_line(LOG_ERROR_LINE,
                 "%s: no signer certificate is valid, so new answers are tryLater: add a signer "
                 "with a valid certificate, and reload",
                 name);
        break;
    }
}

static void watch_signers(struct generation *generation, size_t i)
{
    int64_t now = clock_seconds();
    const struct served_issuer *issuer = &generation->served.issuers[i];
    int64_t ends = generation_ends(generation, issuer, now);
    enum signer_level level = SIGNER_VALID;
    if (ends <= now)
        level = SIGNER_MISSING;
    else if (ends <= now + generation->config->signer_warning)
        level = SIGNER_EXPIRING;
    if (alarm_is_due(&generation->sets[i].expiring, (int)level, now))
        log_signer(issuer->config->name, level, ends - now);
}

void upkeep_tick(struct engine *engine)
{
    // A reload holds this lock until it has polled the old stores for the last time.
    pthread_mutex_lock(&engine->ticking);
    struct generation *generation = engine_hold(engine);
    atomic_store(&engine->polled_at, clock_ms());
    if (generation != NULL) {
        for (size_t i = 0; i < generation->served.n_issuers; i++)
            poll_store(engine, generation, i);
        atomic_store(&generation->polling, generation->served.n_issuers);
        refresh(engine, generation);
        saving_flush(&engine->saving, &generation->served, SAVE_MS);
        for (size_t i = 0; i < generation->served.n_issuers; i++)
            watch_signers(generation, i);
        engine_release(generation);
    }
    pthread_mutex_unlock(&engine->ticking);
}
