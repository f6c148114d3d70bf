// SPDX-License-Identifier: MIT
//
// The life of the engine: which generation answers, and how another one takes its place.
#include "answer/engine.h"

#include "answer/changes.h"
#include "answer/engine_object.h"
#include "program/clock.h"

#include <ocsp/openssl.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// FIRST_CACHE is the size of the cache before there is a configuration.
enum { FIRST_CACHE = 1 << 20, SAVE_AT_END_MS = 3000 };

struct engine *engine_new(char *why, size_t size)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (engine != NULL) {
        pthread_rwlock_init(&engine->lock, NULL);
        pthread_mutex_init(&engine->ticking, NULL);
        pthread_mutex_init(&engine->reload_lock, NULL);
        atomic_init(&engine->polled_at, clock_ms());
        saving_init(&engine->saving);
        engine->crypto = oc_openssl_new();
        engine->cache = cache_new(FIRST_CACHE);
        engine->inflight = inflight_new();
    }
    if (engine != NULL && engine->crypto != NULL && engine->cache != NULL &&
        engine->inflight != NULL)
        return engine;
    snprintf(why, size, "out of memory, or cannot generate random numbers");
    engine_free(engine);
    return NULL;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->generation != NULL)
        saving_flush(&engine->saving, &engine->generation->served, SAVE_AT_END_MS);
    // This closes the link, which fails what is being signed: then nothing holds a generation.
    generation_free(engine->generation);
    while (engine->retired != NULL) {
        struct generation *generation = engine->retired;
        engine->retired = generation->next;
        generation_free(generation);
    }
    saving_cleanup(&engine->saving);
    inflight_free(engine->inflight);
    cache_free(engine->cache);
    oc_openssl_free(engine->crypto);
    pthread_rwlock_destroy(&engine->lock);
    pthread_mutex_destroy(&engine->ticking);
    pthread_mutex_destroy(&engine->reload_lock);
    free(engine);
}

struct generation *engine_hold(struct engine *engine)
{
    pthread_rwlock_rdlock(&engine->lock);
    struct generation *generation = engine->generation;
    if (generation != NULL)
        atomic_fetch_add(&generation->n_holders, 1);
    pthread_rwlock_unlock(&engine->lock);
    return generation;
}

void engine_release(struct generation *generation)
{
    atomic_fetch_sub(&generation->n_holders, 1);
}

// Only the old stores know what changed while the new configuration was loading.
static void poll_last(struct engine *engine, const struct generation *old)
{
    for (size_t i = 0; i < old->served.n_issuers; i++) {
        const struct served_issuer *issuer = &old->served.issuers[i];
        if (!changes_poll(engine->cache, issuer, true, NULL))
            changes_drop_all(engine->cache, issuer);
    }
}

// struct replacement is two generations, of which one takes the place of the other.
struct replacement {
    const struct generation *before;
    const struct generation *after;
};

// An issuer served by only one of the two is not polled by the other; its entries could be stale
// when it is served again.
static bool is_of_one(void *arg, const struct cached *cached)
{
    const struct replacement *replacement = arg;
    return generation_issuer(replacement->before, cached->issuer) == NULL ||
           generation_issuer(replacement->after, cached->issuer) == NULL;
}

static void replace(struct engine *engine, struct generation *generation)
{
    pthread_mutex_lock(&engine->ticking);
    struct generation *old = engine->generation;
    if (old != NULL && old->sources != generation->sources)
        sources_inherit(generation->sources, old->sources);
    pthread_rwlock_wrlock(&engine->lock);
    engine->generation = generation;
    pthread_rwlock_unlock(&engine->lock);
    if (old != NULL) {
        struct replacement replacement = {old, generation};
        if (old->sources != generation->sources)
            poll_last(engine, old);
        cache_drop_if(engine->cache, is_of_one, &replacement);
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
        snprintf(why, size, "the worker process has no configuration yet");
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

// A store that hangs in a tick must not stop the caller as well.
static struct generation *take_retired(struct engine *engine)
{
    struct generation *taken = NULL;
    if (pthread_mutex_trylock(&engine->ticking) != 0)
        return NULL;
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

// Answers in flight hold their generation, so no request waits for a link that is being closed.
void engine_free_retired(struct engine *engine)
{
    struct generation *next;
    for (struct generation *generation = take_retired(engine); generation != NULL;
         generation = next) {
        next = generation->next;
        generation_free(generation);
    }
}
