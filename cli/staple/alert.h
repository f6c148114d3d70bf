// SPDX-License-Identifier: MIT
//
// Alerts: a certificate is revoked, a staple cannot be refreshed or is about to expire.
#ifndef CLI_STAPLE_ALERT_H
#define CLI_STAPLE_ALERT_H

#include "staple/item.h"

// staple_alert runs the alert hook of an item if there is a new event, and prints an error line if
// its staple has expired. With `once`, a single failure is an event. Returns false if the hook
// failed.
bool staple_alert(struct staple_item *item, int64_t now, bool once);

#endif
