// SPDX-License-Identifier: MIT
//
// Opening a store of any kind.
#ifndef STORE_OPEN_H
#define STORE_OPEN_H

#include "config/config.h"
#include "store/store.h"

#include <ocsp/issuer.h>

// store_open opens the store of an issuer as its configuration says; `database` is the one of the
// whole configuration, or NULL. `issuer` must stay as long as the store. Returns NULL and sets
// `*err` on failure. Close the store with store_close(); NULL is allowed there.
//
// Keep a store that cannot be read any more: it recovers by itself, except from the replacement
// of a database file by another one. Then every look-up fails until the store is opened anew.
struct store *store_open(const struct issuer_config *config, const char *database,
                         const struct oc_issuer *issuer, enum store_mode mode,
                         struct store_error *err);
void store_close(struct store *store);

#endif
