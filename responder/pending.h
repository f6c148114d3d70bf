// SPDX-License-Identifier: MIT
//
// Answers that are being signed, and who waits for them. Who asks for what is being signed already
// waits for the same signature.
#ifndef RESPONDER_PENDING_H
#define RESPONDER_PENDING_H

#include "front.h"
#include "state.h"

// struct pending is one answer under way. `waiters` are told when it is there. One that is not
// `is_shared`, with a nonce or several cert IDs, is for its one waiter. `epoch` is that of the
// cache when the store was asked. `single` is what is said of the first certificate, its times
// those of all.
struct pending {
    struct pending *next;
    struct front *front;
    struct state *state;
    struct front_waiter *waiters;
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

struct pendings;

struct pendings *pendings_new(void);
void pendings_free(struct pendings *pendings);

// pendings_join lets `waiter` wait for the answer that `like` describes: the same certificate, by
// the same hash, of which the same is to be said, asked about in the same epoch. Returns true when
// it is under way, and the waiter was added; otherwise `like` itself was added, with its waiter,
// and is to be asked for.
bool pendings_join(struct pendings *pendings, struct pending *like);

// pendings_leave takes an answer that has come out of those under way, and returns who waits for
// it.
struct front_waiter *pendings_leave(struct pendings *pendings, struct pending *pending);

#endif
