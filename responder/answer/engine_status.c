// SPDX-License-Identifier: MIT
//
// Everything that is reported here was written down by the upkeep or is computed from times:
// nothing waits for a store.
#include "answer/engine_status.h"

#include "answer/engine.h"
#include "answer/engine_object.h"
#include "program/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// HANGS_MS is how long the stores of all issuers together may take for a poll.
enum { HANGS_MS = 60000 };

void engine_note_reload(struct engine *engine, const char *why)
{
    pthread_mutex_lock(&engine->reload_lock);
    snprintf(engine->reload_error, sizeof engine->reload_error, "%s", why != NULL ? why : "");
    if (why == NULL)
        engine->reloaded_at = clock_seconds();
    pthread_mutex_unlock(&engine->reload_lock);
}

// fault_set notes a fault; of several the first counts. It is one line wherever it is printed.
static void fault_set(struct engine_status *status, enum engine_fault fault, const char *about)
{
    struct engine_fault_report *report = &status->faults[fault];
    if (report->is_there)
        return;
    report->is_there = true;
    snprintf(report->about, sizeof report->about, "%s", about);
    for (char *at = report->about; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at))
            *at = '?';
    }
}

// struct look is what is looked at for one issuer.
struct look {
    const struct generation *generation;
    int64_t now;
    bool hangs;
};

// Another part of the upkeep can wait for a source as well, to save answers; that one has no name.
static const char *hanging_name(const struct look *look)
{
    size_t i = atomic_load(&look->generation->polling);
    return i < look->generation->served.n_issuers ? look->generation->served.issuers[i].config->name
                                                  : "";
}

static bool is_hanging(const struct look *look, size_t i)
{
    return look->hangs && atomic_load(&look->generation->polling) == i;
}

static enum condition condition_now(const struct look *look, size_t i,
                                    const struct source_report *report)
{
    const struct issuer_config *config = look->generation->served.issuers[i].config;
    return condition_of(&report->state, config, 0, look->now);
}

static void add_faults(const struct look *look, size_t i, struct engine_status *out)
{
    struct source_report report;
    const char *name = look->generation->served.issuers[i].config->name;
    source_watch_get(&look->generation->sources->watches[i], &report);
    enum condition condition = condition_now(look, i, &report);
    if (!report.is_readable)
        fault_set(out, ENGINE_UNREADABLE, name);
    if (condition == CONDITION_EXPIRED)
        fault_set(out, ENGINE_EXPIRED, name);
    if (condition == CONDITION_NOT_YET_VALID)
        fault_set(out, ENGINE_NOT_YET_VALID, name);
    if (report.has_lost)
        fault_set(out, ENGINE_INCOMPLETE, name);
}

static int64_t first_end(const struct generation *generation, int64_t now)
{
    int64_t first = 0;
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        int64_t ends = generation_ends(generation, &generation->served.issuers[i], now);
        if (first == 0 || ends < first)
            first = ends;
    }
    return first;
}

static struct look look_at(const struct engine *engine, const struct generation *generation)
{
    int64_t age = clock_ms() - atomic_load(&engine->polled_at);
    return (struct look){generation, clock_seconds(), age >= HANGS_MS};
}

static void add_generation(const struct engine *engine, const struct generation *generation,
                           struct engine_status *out)
{
    const struct look look = look_at(engine, generation);
    const struct served_issuer *unsigned_one = generation_unsigned(generation, look.now);
    out->sign_queue = signer_link_queue(generation->link);
    out->is_signer_alive = signer_link_is_alive(generation->link);
    out->signer_ends = first_end(generation, look.now);
    out->has_signers = unsigned_one == NULL;
    if (unsigned_one != NULL)
        fault_set(out, ENGINE_NO_VALID_SIGNER, unsigned_one->config->name);
    if (look.hangs)
        fault_set(out, ENGINE_HANGS, hanging_name(&look));
    for (size_t i = 0; i < generation->served.n_issuers; i++)
        add_faults(&look, i, out);
    out->stores_ok =
        !out->faults[ENGINE_HANGS].is_there && !out->faults[ENGINE_UNREADABLE].is_there &&
        !out->faults[ENGINE_EXPIRED].is_there && !out->faults[ENGINE_NOT_YET_VALID].is_there;
}

static void add_reload(struct engine *engine, struct engine_status *out)
{
    pthread_mutex_lock(&engine->reload_lock);
    out->reloaded_at = engine->reloaded_at;
    if (engine->reload_error[0] != '\0')
        fault_set(out, ENGINE_RELOAD_REFUSED, engine->reload_error);
    pthread_mutex_unlock(&engine->reload_lock);
}

void engine_get_status(struct engine *engine, struct engine_status *out)
{
    *out = (struct engine_status){.n_signed = atomic_load(&engine->n_signed),
                                  .n_sign_failed = atomic_load(&engine->n_sign_failed),
                                  .n_refused = atomic_load(&engine->n_refused),
                                  .n_sources_failed = atomic_load(&engine->n_sources_failed),
                                  .n_not_saved = atomic_load(&engine->saving.n_lost)};
    cache_count(engine->cache, &out->cache);
    out->poll_age = clock_ms() - atomic_load(&engine->polled_at);
    add_reload(engine, out);
    struct generation *generation = engine_hold(engine);
    if (generation != NULL) {
        add_generation(engine, generation, out);
        engine_release(generation);
    }
    if (!out->is_signer_alive)
        fault_set(out, ENGINE_SIGNER_DOWN, "");
}

bool engine_hangs(struct engine *engine, char name[CONFIG_NAME_MAX + 1])
{
    struct generation *generation = engine_hold(engine);
    if (generation == NULL)
        return false;
    const struct look look = look_at(engine, generation);
    snprintf(name, CONFIG_NAME_MAX + 1, "%s", hanging_name(&look));
    engine_release(generation);
    return look.hangs;
}

static void describe(const struct look *look, size_t i, struct engine_source *out)
{
    struct source_report report;
    const struct issuer_config *config = look->generation->served.issuers[i].config;
    source_watch_get(&look->generation->sources->watches[i], &report);
    *out = (struct engine_source){
        .is_up = report.is_readable && !is_hanging(look, i) &&
                 condition_now(look, i, &report) == CONDITION_CURRENT,
        .is_complete = report.is_complete,
        .has_rows = report.has_state,
        .ends = condition_end(&report.state, config),
        .this_update = report.state.this_update,
        .n_rows = report.state.n_rows,
        .n_odd = report.state.n_odd,
        .n_uncertain = report.state.n_uncertain,
    };
    snprintf(out->issuer, sizeof out->issuer, "%s", config->name);
}

struct engine_source *engine_get_sources(struct engine *engine, size_t *n)
{
    struct engine_source *sources = NULL;
    *n = 0;
    struct generation *generation = engine_hold(engine);
    if (generation == NULL)
        return NULL;
    const struct look look = look_at(engine, generation);
    sources = calloc(generation->served.n_issuers, sizeof *sources);
    if (sources != NULL)
        *n = generation->served.n_issuers;
    for (size_t i = 0; i < *n; i++)
        describe(&look, i, &sources[i]);
    engine_release(generation);
    return sources;
}
