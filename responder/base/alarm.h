// SPDX-License-Identifier: MIT
//
// When something that goes on is logged: at once when it changes, and then once a day.
#ifndef BASE_ALARM_H
#define BASE_ALARM_H

#include <stdbool.h>
#include <stdint.h>

// struct alarm is one thing that can be wrong; zero is that nothing is. `level` is the caller's
// number of what is wrong.
struct alarm {
    int level;
    int64_t logged_at;
};

// alarm_is_due returns whether to log that the level is `level` at `now`, in seconds since 1970: it
// has changed, or is not 0 and was last logged a day ago. The caller then logs it.
bool alarm_is_due(struct alarm *alarm, int level, int64_t now);

#endif
