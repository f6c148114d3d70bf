// SPDX-License-Identifier: MIT
//
// The thread waits by the monotonic clock, so that setting the time moves no tick.
#include "answer/ticker.h"

#include "answer/upkeep.h"
#include "program/clock.h"

#include <stdio.h>
#include <string.h>

enum { TICK_MS = 200 };

// Returns false when the ticker is to stop.
static bool wait_for_tick(struct ticker *ticker)
{
    const struct timespec at = clock_in(TICK_MS);
    int result = 0;
    pthread_mutex_lock(&ticker->lock);
    while (!ticker->is_ending && result == 0)
        result = pthread_cond_clockwait(&ticker->ending, &ticker->lock, CLOCK_MONOTONIC, &at);
    bool goes_on = !ticker->is_ending;
    pthread_mutex_unlock(&ticker->lock);
    return goes_on;
}

static void *tick_on(void *arg)
{
    struct ticker *ticker = arg;
    do
        upkeep_tick(ticker->engine);
    while (wait_for_tick(ticker));
    return NULL;
}

bool ticker_start(struct ticker *ticker, struct engine *engine, char *why, size_t size)
{
    ticker->engine = engine;
    pthread_mutex_init(&ticker->lock, NULL);
    pthread_cond_init(&ticker->ending, NULL);
    int error = pthread_create(&ticker->thread, NULL, tick_on, ticker);
    ticker->is_running = error == 0;
    if (error != 0)
        snprintf(why, size, "cannot start a thread: %s", strerror(error));
    return ticker->is_running;
}

void ticker_end(struct ticker *ticker)
{
    if (!ticker->is_running)
        return;
    pthread_mutex_lock(&ticker->lock);
    ticker->is_ending = true;
    pthread_cond_signal(&ticker->ending);
    pthread_mutex_unlock(&ticker->lock);
    pthread_join(ticker->thread, NULL);
}
