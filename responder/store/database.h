// SPDX-License-Identifier: MIT
//
// One database file that is open, and its connections: threads take one and give it back.
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "store/db_connection.h"

// struct database is one open file, for any number of threads. It opens a limited number of
// connections; a thread that wants one waits for some tenths of a second.
struct database;

// database_open opens a file that database_init() has made, and refuses any other. `statements`
// must stay. Returns NULL and sets `*err` on failure. database_close closes it; all connections
// must have been given back.
struct database *database_open(const char *path, enum store_mode mode,
                               const struct statements *statements, struct store_error *err);
void database_close(struct database *database);

// database_watch checks whether the file is still the one that was opened: once another file has
// replaced it, database_take() fails. If the file was written to, connections are opened anew, so
// that they read it afresh. Returns false and sets `*err` on failure. Call it from one thread only.
bool database_watch(struct database *database, struct store_error *err);

// database_has_room returns whether the file system has room for data that can be done without. A
// tenth of it, but at most 256 MiB, is reserved for the rest. Returns false and sets `*err`
// otherwise.
bool database_has_room(const struct database *database, struct store_error *err);

// database_take takes a connection, or returns NULL and sets `*err`. database_give gives it back;
// unless it `works`, it is closed, so that its fault does not occur again.
struct db_connection *database_take(struct database *database, struct store_error *err);
void database_give(struct database *database, struct db_connection *connection, bool works);

#endif
