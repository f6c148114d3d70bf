// SPDX-License-Identifier: MIT
//
// Waiting by the steady clock, so that a clock that is set moves no tick.
#include "ticker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 200 };

static struct timespec next_tick(void)
{
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)TICK_MS * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

// Returns false when there is to be no other tick.
static bool wait_for_tick(struct ticker *ticker)
{
    const struct timespec at = next_tick();
    int result = 0;
    pthread_mutex_lock(&ticker->lock);
    while (!ticker->is_ending && result == 0)
        result = pthread_cond_timedwait(&ticker->ending, &ticker->lock, &at);
    bool goes_on = !ticker->is_ending;
    pthread_mutex_unlock(&ticker->lock);
    return goes_on;
}

static void *tick_on(void *arg)
{
    struct ticker *ticker = arg;
    do
        front_tick(ticker->front);
    while (wait_for_tick(ticker));
    return NULL;
}

bool ticker_start(struct ticker *ticker, struct front *front, char *why, size_t size)
{
    pthread_condattr_t clock;
    ticker->front = front;
    pthread_mutex_init(&ticker->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&ticker->ending, &clock);
    pthread_condattr_destroy(&clock);
    int error = pthread_create(&ticker->thread, NULL, tick_on, ticker);
    ticker->is_running = error == 0;
    if (error != 0)
        snprintf(why, size, "no thread: %s", strerror(error));
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
