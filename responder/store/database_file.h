// SPDX-License-Identifier: MIT
//
// The database as a file: creating it, and opening it if it is one of ocspd's.
#ifndef STORE_DATABASE_FILE_H
#define STORE_DATABASE_FILE_H

#include "store/store.h"

#include <sqlite3.h>

// database_file_check returns whether there is a regular file. Otherwise it returns false and sets
// `*err`.
bool database_file_check(const char *path, struct store_error *err);

// database_file_open opens a file that database_init() has made, and refuses any other. The
// connection waits for locks for `busy_ms`. Returns NULL and sets `*err` on failure.
sqlite3 *database_file_open(const char *path, enum store_mode mode, int busy_ms,
                            struct store_error *err);

// database_file_wait sets for how long a connection waits for locks. Returns false on failure.
bool database_file_wait(sqlite3 *db, int busy_ms);

// database_file_fail is store_fail() with the error of SQLite's last call on `db`; `what` says what
// has failed. A NULL `db` is a lack of memory.
bool database_file_fail(sqlite3 *db, const char *what, struct store_error *err);

// database_init creates a new database. The file must not exist yet; it appears complete or not at
// all. Returns false and sets `*err` on failure.
bool database_init(const char *path, struct store_error *err);

#endif
