// SPDX-License-Identifier: MIT
//
// The changes in the database, by this process or another one.
#ifndef STORE_SQLITE_POLL_H
#define STORE_SQLITE_POLL_H

#include "store/sqlite_query.h"

// sqlite_store_poll is a method of the store.
bool sqlite_store_poll(struct store *store, const struct changes *changes, struct store_error *err);

// sqlite_store_last_change reads the last change of any issuer. Returns false and sets `*err` on
// failure.
bool sqlite_store_last_change(struct db_connection *connection, struct db_change *out,
                              struct store_error *err);

#endif
