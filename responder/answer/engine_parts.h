// SPDX-License-Identifier: MIT
//
// What the files of the front share: front.c answers, tick.c does what is due.
#ifndef ANSWER_ENGINE_PARTS_H
#define ANSWER_ENGINE_PARTS_H

#include "answer/engine.h"
#include "answer/generation.h"
#include "answer/inflight.h"

#include <pthread.h>

// SAVES_MAX is how many answers wait to be saved at most.
enum { SAVES_MAX = 4096 };

// struct engine is the front. `retired` are states that were replaced and may still be held.
struct engine {
    struct oc_crypto *crypto;
    struct cache *cache;
    struct inflight_table *inflight;
    pthread_rwlock_t lock;  // of which state it is
    struct generation *generation;
    struct generation *retired;
    pthread_mutex_t ticking;  // of `retired`, and of what a tick does
    pthread_mutex_t saving;   // of `saves`
    struct cached *saves[SAVES_MAX];
    size_t n_saves;
    atomic_uint_fast64_t n_signed;
    atomic_uint_fast64_t n_sign_failed;
    atomic_uint_fast64_t n_refused;
    atomic_uint_fast64_t n_not_saved;
};

// engine_hold gives what is served, which stays until engine_release(); NULL when nothing is yet.
struct generation *engine_hold(struct engine *engine);
void engine_release(struct generation *generation);

// engine_save_later keeps an answer to be saved at the next tick, unless too many wait for that.
void engine_save_later(struct engine *engine, struct cached *cached);

// engine_refresh has an answer signed anew, without anybody waiting for it. Nothing may replace
// `state` meanwhile.
void engine_refresh(struct engine *engine, struct generation *generation,
                    const struct cached *cached);

#endif
