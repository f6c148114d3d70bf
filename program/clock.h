// SPDX-License-Identifier: MIT
//
// The clocks of the programs. To wait on a condition with the monotonic clock, use
// pthread_cond_clockwait(3) with clock_in().
#ifndef PROGRAM_CLOCK_H
#define PROGRAM_CLOCK_H

#include <stdint.h>
#include <time.h>

// clock_ms returns the monotonic clock, which setting the time does not move, in milliseconds.
static inline int64_t clock_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// clock_us is clock_ms() in microseconds.
static inline int64_t clock_us(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// clock_coarse_ms is a cheaper clock_ms() that lags behind it by a few milliseconds.
static inline int64_t clock_coarse_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// clock_in returns the time of the monotonic clock in so many milliseconds.
static inline struct timespec clock_in(int milliseconds)
{
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += milliseconds / 1000;
    at.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

// clock_seconds is a cheaper time(2).
static inline int64_t clock_seconds(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return (int64_t)now.tv_sec;
}

#endif
