// SPDX-License-Identifier: MIT
//
// Changing certificates in the database: methods of the store.
#ifndef STORE_SQLITE_PUT_H
#define STORE_SQLITE_PUT_H

#include "store/store.h"

bool sqlite_store_begin(struct store *store, struct store_error *err);
bool sqlite_store_put(struct store *store, struct oc_bytes serial, const struct record *record,
                      struct store_error *err);
bool sqlite_store_remove(struct store *store, struct oc_bytes serial, struct store_error *err);
bool sqlite_store_commit(struct store *store, struct store_error *err);
void sqlite_store_rollback(struct store *store);
bool sqlite_store_get_position(struct store *store, const char *kind, struct position *out,
                               struct store_error *err);
bool sqlite_store_put_position(struct store *store, const char *kind,
                               const struct position *position, struct store_error *err);

#endif
