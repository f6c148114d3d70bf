// SPDX-License-Identifier: MIT
//
// One connection to a database file, and the statements that are prepared on it.
#ifndef STORE_DB_CONNECTION_H
#define STORE_DB_CONNECTION_H

#include "store/store.h"

#include <sqlite3.h>

// struct statements are the texts of the statements of a connection, which prepares each of them
// when it is first used.
struct statements {
    const char *const *sql;
    size_t n;
};

// struct db_connection belongs to one thread at a time. `next` and `generation` are for its owner,
// struct database.
struct db_connection {
    sqlite3 *db;
    struct db_connection *next;
    unsigned generation;
    const struct statements *texts;
    sqlite3_stmt *statements[];
};

// db_open opens a connection to a file that database_init() has made, and refuses any other. It
// waits for locks for `busy_ms`. `texts` must stay. Returns NULL and sets `*err` on failure.
// db_close closes it.
struct db_connection *db_open(const char *path, enum store_mode mode, int busy_ms,
                              const struct statements *texts, struct store_error *err);
void db_close(struct db_connection *connection);

// db_statement returns a prepared statement, without values and ready to be stepped, or NULL and
// sets `*err`. The connection owns it.
sqlite3_stmt *db_statement(struct db_connection *connection, size_t number,
                           struct store_error *err);

// db_step steps a statement. Returns SQLITE_ROW or SQLITE_DONE, or another code and sets `*err`.
// db_do steps one that returns no rows, and resets it.
int db_step(struct db_connection *connection, sqlite3_stmt *statement, struct store_error *err);
bool db_do(struct db_connection *connection, sqlite3_stmt *statement, struct store_error *err);

// db_begin begins a transaction, which locks the file for writing if it `writes`. db_commit commits
// it, or rolls it back and returns false. db_rollback rolls it back if there is one.
bool db_begin(struct db_connection *connection, bool writes, struct store_error *err);
bool db_commit(struct db_connection *connection, struct store_error *err);
void db_rollback(struct db_connection *connection);

// db_n_changed returns how many rows the last statement has changed.
int64_t db_n_changed(struct db_connection *connection);

// db_merge_log moves what is in the log into the file and empties the log, unless another process
// is in the way for `busy_ms`.
void db_merge_log(struct db_connection *connection, int busy_ms);

// db_refuse is store_fail() for invalid data in the file.
bool db_refuse(struct db_connection *connection, const char *what, struct store_error *err);

#endif
