// SPDX-License-Identifier: MIT
//
// What a service tells its manager, sd_notify(3).
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

// notify_manager sends a state such as "READY=1" to the socket that NOTIFY_SOCKET names. Without
// one, or when nobody takes it, nothing happens.
void notify_manager(const char *state);

// notify_reloading says that a reload has begun, and when; READY=1 says that it has ended.
void notify_reloading(void);

#endif
