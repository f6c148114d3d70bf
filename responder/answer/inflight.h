// SPDX-License-Identifier: MIT
//
// Answers that are being signed, and the callers that wait for them. A request for an answer that
// is being signed already waits for the same signature.
#ifndef ANSWER_INFLIGHT_H
#define ANSWER_INFLIGHT_H

#include "answer/generation.h"
#include "answer/reply.h"

struct engine;

// struct inflight is one answer that is being signed, and `waiters` get it. One that is not
// `is_shared`, because it has a nonce or several cert IDs, is for its one waiter. `epoch` is the
// epoch of the cache when the store was asked. `single` is the single response about the first
// certificate, with the times of the whole answer.
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

// inflight_new makes an empty table; NULL when out of memory. inflight_free frees it; NULL is
// allowed.
struct inflight_table *inflight_new(void);
void inflight_free(struct inflight_table *table);

// inflight_join adds the waiter of `like` to the same answer: about the same certificate, by the
// same hash, with the same content, asked for in the same epoch. Returns true when there was one;
// otherwise `like` itself was added with its waiter, and the caller has it signed.
bool inflight_join(struct inflight_table *table, struct inflight *like);

// inflight_leave removes an answer that was signed, or failed, and returns its waiters.
struct engine_waiter *inflight_leave(struct inflight_table *table, struct inflight *inflight);

#endif
