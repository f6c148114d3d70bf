// SPDX-License-Identifier: MIT
//
// The rule of struct alarm.
#include "base/alarm.h"

enum { REPEAT = 86400 };  // seconds

bool alarm_is_due(struct alarm *alarm, int level, int64_t now)
{
    // If the clock was set back, the last time lies in the future and says nothing.
    bool is_old = now < alarm->logged_at || now - alarm->logged_at >= REPEAT;
    if (level == alarm->level && (level == 0 || !is_old))
        return false;
    *alarm = (struct alarm){level, now};
    return true;
}
