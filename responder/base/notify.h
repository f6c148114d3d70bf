// SPDX-License-Identifier: MIT
//
// Notifications to the service manager, as by sd_notify(3).
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

// notify_manager sends a state such as "READY=1" to the socket in NOTIFY_SOCKET. Without such a
// socket, or if it cannot be reached, nothing happens.
void notify_manager(const char *state);

// notify_reloading reports that a reload has begun, and when. "READY=1" reports its end.
void notify_reloading(void);

#endif
