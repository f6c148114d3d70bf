// SPDX-License-Identifier: MIT
//
// Answers that are kept across restarts: methods of the store.
#ifndef STORE_SQLITE_SAVED_H
#define STORE_SQLITE_SAVED_H

#include "store/store.h"

bool sqlite_store_get_saved(struct store *store, enum oc_hash hash, struct oc_bytes serial,
                            uint8_t *buf, size_t size, struct saved *out, struct store_error *err);
bool sqlite_store_put_saved(struct store *store, const struct saved *saved, size_t n,
                            struct store_error *err);

#endif
