// SPDX-License-Identifier: MIT
//
// A thread that lets the front do what is due, some times a second.
#ifndef ANSWER_TICKER_H
#define ANSWER_TICKER_H

#include "answer/engine.h"

#include <pthread.h>

// struct ticker is a thread of its own for what the front does from time to time: a source that
// takes long to load at a reload must not keep a revocation in another one from being seen.
struct ticker {
    struct engine *engine;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool is_ending;
    bool is_running;
};

// ticker_start begins to tick. Returns false, and the reason in `why`, when there is no thread to
// be had. ticker_end ends it after the tick that is under way; one that was never started is
// allowed.
bool ticker_start(struct ticker *ticker, struct engine *engine, char *why, size_t size);
void ticker_end(struct ticker *ticker);

#endif
