// SPDX-License-Identifier: MIT
//
// Signed answers that wait to be written to their issuer's store, so that a restart finds them.
#ifndef ANSWER_SAVING_H
#define ANSWER_SAVING_H

#include "answer/answer.h"
#include "answer/cached.h"

#include <pthread.h>
#include <stdatomic.h>

// SAVING_MAX is the most answers that wait.
enum { SAVING_MAX = 4096 };

// struct saving is the queue. It may be used by any number of threads. `n_lost` counts the answers
// that were not saved and will not be.
struct saving {
    pthread_mutex_t lock;
    struct cached *waiting[SAVING_MAX];
    size_t n;
    atomic_uint_fast64_t n_lost;
};

// saving_init makes an empty queue; saving_cleanup drops what waits in it.
void saving_init(struct saving *saving);
void saving_cleanup(struct saving *saving);

// saving_add queues an answer, unless the queue is full.
void saving_add(struct saving *saving, struct cached *cached);

// saving_flush writes what waits, for at most `milliseconds`, since more may arrive all the time. A
// busy store stops it: the answers of all issuers then wait for the next call.
void saving_flush(struct saving *saving, const struct served *served, int milliseconds);

#endif
