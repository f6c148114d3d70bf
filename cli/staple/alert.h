// SPDX-License-Identifier: MIT
//
// What people are told of: that a certificate is revoked, that a staple cannot be refreshed, that
// it is about to expire.
#ifndef CLI_STAPLE_ALERT_H
#define CLI_STAPLE_ALERT_H

#include "staple/item.h"

// staple_alert runs the alert hook of an item for what has happened to it since the last time, and
// prints an error line when its staple has expired. With `once`, a single failure counts. Returns
// false when the hook has failed.
bool staple_alert(struct staple_item *item, int64_t now, bool once);

#endif
