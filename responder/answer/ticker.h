// SPDX-License-Identifier: MIT
//
// A thread that runs the upkeep of the engine some times a second.
#ifndef ANSWER_TICKER_H
#define ANSWER_TICKER_H

#include "answer/engine.h"

#include <pthread.h>

// struct ticker is that thread. It is not the thread that loads a new configuration: a source that
// takes long to load must not delay a revocation in another one.
struct ticker {
    struct engine *engine;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool is_ending;
    bool is_running;
};

// ticker_start starts the thread. Returns false, with the reason in `why`, when it cannot.
// ticker_end waits for the tick that is running and stops the thread; a ticker that was never
// started is allowed.
bool ticker_start(struct ticker *ticker, struct engine *engine, char *why, size_t size);
void ticker_end(struct ticker *ticker);

#endif
