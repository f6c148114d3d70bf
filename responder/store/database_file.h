// SPDX-License-Identifier: MIT
//
// What makes a file of SQLite one of ocspd: its numbers and its tables.
#ifndef STORE_DATABASE_FILE_H
#define STORE_DATABASE_FILE_H

#include "store/store.h"

#include <sqlite3.h>

// database_file_check tells whether there is a file at all, or returns false after store_fail().
bool database_file_check(const char *path);

// database_file_open opens a connection to a file that database_init() has made; with `busy_ms` it
// waits so long for locks. Anything else than such a file is refused. Returns NULL after
// store_fail().
sqlite3 *database_file_open(const char *path, enum store_mode mode, int busy_ms);

// database_file_fail is store_fail() for what SQLite says has failed while it did `what`.
bool database_file_fail(sqlite3 *db, const char *what);

// database_init makes a new database file, which must not be there yet. It appears whole or not
// at all. Returns false, and the reason in `why`.
bool database_init(const char *path, char *why, size_t size);

#endif
