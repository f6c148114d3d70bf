// SPDX-License-Identifier: MIT
//
// The file of the database: how it is made, opened and closed, and connections to it for many
// threads. What the tables say is for store_database.c.
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "store/store.h"

#include <sqlite3.h>

// struct database is one file that is open, for any number of threads; struct db_connection is for
// one at a time. At most some connections are open, and who wants one waits for some tenths of a
// second.
struct database;
struct db_connection;

// struct statements are the texts of the statements that a connection prepares, each when it is
// used first.
struct statements {
    const char *const *sql;
    size_t n;
};

// database_open opens a file that database_init() has made; what is anything else is refused.
// `statements` must stay. Returns NULL after store_fail(). database_close ends it; all connections
// must have been given back.
struct database *database_open(const char *path, enum store_mode mode,
                               const struct statements *statements);
void database_close(struct database *database);

// database_watch looks whether the file is still the one that was opened: when another one is in
// its place, nothing is answered any more. When something was written to it, it is read anew.
// Returns false after store_fail(). Only one thread may call it at a time.
bool database_watch(struct database *database);

// database_has_room tells whether there is room for what can be done without: a tenth of the file
// system, or 256 MiB if that is less, are for what cannot. Returns false after
// store_fail().
bool database_has_room(const struct database *database);

// database_take takes a connection, or returns NULL after store_fail(). database_give gives it
// back; with `is_well` false it is closed, so that whatever was wrong with it is not met again.
struct db_connection *database_take(struct database *database);
void database_give(struct database *database, struct db_connection *connection, bool is_well);

// db_statement gives a prepared statement, without values and to be stepped from its
// beginning, or NULL after store_fail(). It stays the connection's.
sqlite3_stmt *db_statement(struct db_connection *connection, size_t number);

// db_step steps a statement: SQLITE_ROW, SQLITE_DONE, or anything else after
// store_fail(). db_do steps one that gives no rows, and resets it.
int db_step(struct db_connection *connection, sqlite3_stmt *statement);
bool db_do(struct db_connection *connection, sqlite3_stmt *statement);

// db_begin begins a transaction that writes, or only reads; db_commit ends it,
// and db_rollback ends it without, if there is one. A commit that fails is rolled back.
bool db_begin(struct db_connection *connection, bool writes);
bool db_commit(struct db_connection *connection);
void db_rollback(struct db_connection *connection);

// db_n_changed is how many rows the last statement has changed.
int64_t db_n_changed(struct db_connection *connection);

// db_refuse is store_fail() about data in the file that cannot be.
bool db_refuse(struct db_connection *connection, const char *what);

#endif
