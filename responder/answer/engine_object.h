// SPDX-License-Identifier: MIT
//
// The engine from inside: for engine.c, ask.c and upkeep.c.
#ifndef ANSWER_ENGINE_OBJECT_H
#define ANSWER_ENGINE_OBJECT_H

#include "answer/cache.h"
#include "answer/generation.h"
#include "answer/inflight.h"
#include "answer/saving.h"

#include <pthread.h>

// struct engine is the engine. `retired` are generations that were replaced and may still be held.
struct engine {
    struct oc_crypto *crypto;
    struct cache *cache;
    struct inflight_table *inflight;
    struct saving saving;
    pthread_rwlock_t lock;  // guards which generation is current
    struct generation *generation;
    struct generation *retired;
    pthread_mutex_t ticking;  // guards `retired`, and is held during upkeep
    atomic_llong polled_at;   // when the sources were last polled, in milliseconds of clock_ms()
    pthread_mutex_t reload_lock;  // guards the two after it
    int64_t reloaded_at;
    char reload_error[256];  // why the last reload was refused; "": it was not
    atomic_uint_fast64_t n_signed;
    atomic_uint_fast64_t n_sign_failed;
    atomic_uint_fast64_t n_refused;
    atomic_uint_fast64_t n_sources_failed;
};

#endif
