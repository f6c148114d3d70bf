// SPDX-License-Identifier: MIT
//
// The clock that nobody sets: to wait by it, use pthread_cond_clockwait(3).
#ifndef RESPONDER_STEADY_H
#define RESPONDER_STEADY_H

#include <time.h>

// steady_in is the time of CLOCK_MONOTONIC in so many milliseconds.
static inline struct timespec steady_in(int milliseconds)
{
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += milliseconds / 1000;
    at.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

#endif
