// SPDX-License-Identifier: MIT
//
// Answers that are being signed, and who waits for them. Who asks for what is being signed already
// waits for the same signature.
#ifndef ANSWER_INFLIGHT_H
#define ANSWER_INFLIGHT_H

#include "answer/engine.h"
#include "answer/generation.h"

// struct inflight is one answer under way. `waiters` are told when it is there. One that is not
// `is_shared`, with a nonce or several cert IDs, is for its one waiter. `epoch` is that of the
// cache when the store was asked. `single` is what is said of the first certificate, its times
// those of all.
struct inflight {
    struct inflight *next;
    struct engine *engine;
    struct generation *generation;
    struct engine_waiter *waiters;
    bool is_shared;
    bool has_nonce;
    uint64_t hash_of_key;
    uint64_t epoch;
    uint64_t issuer;
    enum oc_hash hash;
    struct job_single single;
    struct record record;
    uint8_t signer[32];
    int64_t max_age;
};

struct inflight_table;

struct inflight_table *inflight_new(void);
void inflight_free(struct inflight_table *table);

// inflight_join lets `waiter` wait for the answer that `like` describes: the same certificate, by
// the same hash, of which the same is to be said, asked about in the same epoch. Returns true when
// it is under way, and the waiter was added; otherwise `like` itself was added, with its waiter,
// and is to be asked for.
bool inflight_join(struct inflight_table *table, struct inflight *like);

// inflight_leave takes an answer that has come out of those under way, and returns who waits for
// it.
struct engine_waiter *inflight_leave(struct inflight_table *table, struct inflight *inflight);

#endif
