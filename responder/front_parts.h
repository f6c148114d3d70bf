// SPDX-License-Identifier: MIT
//
// What the files of the front share: front.c answers, tick.c does what is due.
#ifndef RESPONDER_FRONT_PARTS_H
#define RESPONDER_FRONT_PARTS_H

#include "front.h"
#include "pending.h"
#include "state.h"

#include <pthread.h>

// SAVES_MAX is how many answers wait to be saved at most.
enum { SAVES_MAX = 4096 };

// struct front is the front. `retired` are states that were replaced and may still be held.
struct front {
    struct oc_crypto *crypto;
    struct cache *cache;
    struct pendings *pendings;
    pthread_rwlock_t lock;  // of which state it is
    struct state *state;
    struct state *retired;
    pthread_mutex_t ticking;  // of `retired`, and of what a tick does
    pthread_mutex_t saving;   // of `saves`
    struct cached *saves[SAVES_MAX];
    size_t n_saves;
    atomic_uint_fast64_t n_signed;
    atomic_uint_fast64_t n_sign_failed;
    atomic_uint_fast64_t n_refused;
    atomic_uint_fast64_t n_not_saved;
};

// front_now is the time in seconds since 1970.
int64_t front_now(void);

// front_hold gives what is served, which stays until front_let_go(); NULL when nothing is yet.
struct state *front_hold(struct front *front);
void front_let_go(struct state *state);

// front_save_later keeps an answer to be saved at the next tick, unless too many wait for that.
void front_save_later(struct front *front, struct cached *cached);

// front_refresh has an answer signed anew, without anybody waiting for it. Nothing may replace
// `state` meanwhile.
void front_refresh(struct front *front, struct state *state, const struct cached *cached);

#endif
