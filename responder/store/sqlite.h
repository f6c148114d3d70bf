// SPDX-License-Identifier: MIT
//
// What the parts of the store in the database share: the statements, and how rows are written and
// read.
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/database.h"

#include <stdatomic.h>

// Beyond so many changes at once it is cheaper to take everything for changed; and so many are
// kept for those who are slow to look.
enum { CHANGES_TOLD = 1000, CHANGES_KEPT = 100000 };

// Years 0001 to 9999: what else stands in a file was not put there by us.
#define TIME_MIN INT64_C(-62135596800)
#define TIME_MAX INT64_C(253402300799)

enum statement {
    FIND_ISSUER,
    ADD_ISSUER,
    LOOK_UP,
    PUT,
    DROP_ANSWERS,
    ADD_CHANGE,
    CHANGE_FIRST,
    CHANGE_LAST,
    CHANGE_MARK,
    PRUNE_CHANGES,
    CHANGES,
    GET_SAVED,
    PUT_SAVED,
    PRUNE_SAVED,
    GET_POSITION,
    PUT_POSITION,
    DROP_POSITION,
    LIST,
    LIST_REVOKED,
    N_STATEMENTS,
};

// struct reload is one change: its number, 0 when there is none, and its mark.
struct reload {
    int64_t number;
    int64_t mark;
};

// struct database_store is the store of one issuer. `issuer` is its row, 0 while it has none: the
// first command that puts a certificate makes it. `seen` is the last change that was told of.
// `writer` is the connection between begin and commit, and `n_puts` what was changed on it.
struct database_store {
    struct store base;
    struct database *database;
    uint8_t name_hash[32];
    uint8_t key_hash[32];
    atomic_llong issuer;
    struct reload seen;
    struct db_connection *writer;
    size_t n_puts;
};

// Each of these is a method of a store. They stand in files of their own: _poll in
// store_database_poll.c, _saved in store_database_saved.c, the others in store_database_put.c.
bool database_store_poll(struct store *store, const struct changes *changes);
bool database_store_get_saved(struct store *store, enum oc_hash hash, struct oc_bytes serial,
                              uint8_t *buf, size_t size, struct saved *out);
bool database_store_put_saved(struct store *store, const struct saved *saved, size_t n);
bool database_store_begin(struct store *store);
bool database_store_put(struct store *store, struct oc_bytes serial, const struct record *record);
bool database_store_commit(struct store *store);
void database_store_rollback(struct store *store);
bool database_store_get_position(struct store *store, const char *kind, struct position *out);
bool database_store_put_position(struct store *store, const char *kind,
                                 const struct position *position);

// database_store_of gives the whole of a store.
struct database_store *database_store_of(struct store *store);

// database_store_take takes a connection, in a transaction that of the transaction, or returns
// NULL after store_fail(); database_store_give gives it back.
struct db_connection *database_store_take(struct database_store *self);
void database_store_give(struct database_store *self, struct db_connection *connection,
                         bool is_well);

// database_store_find finds the issuer's row, if there is one by now. database_store_find_again
// does so although one was found before, and tells whether it is another: somebody may have put
// other content in place. Both return false after store_fail() when that cannot be told.
bool database_store_find(struct database_store *self, struct db_connection *connection);
bool database_store_find_again(struct database_store *self, struct db_connection *connection,
                               bool *is_another);

// database_store_ask gives a statement whose ?1 is the issuer, and database_store_ask_about one
// whose ?2 is a serial number, too. Both return NULL after store_fail().
sqlite3_stmt *database_store_ask(struct database_store *self, struct db_connection *connection,
                                 enum statement number);
sqlite3_stmt *database_store_ask_about(struct database_store *self,
                                       struct db_connection *connection, enum statement number,
                                       struct oc_bytes serial);

// database_store_last_change gives the last change of whatever issuer; in store_database_poll.c.
// Returns false after store_fail().
bool database_store_last_change(struct db_connection *connection, struct reload *out);

// row_bind_bytes sets a value, and row_bind_record sets ?3 to ?5, which are a record. The octets
// must stay until the statement was stepped.
void row_bind_bytes(sqlite3_stmt *statement, int column, struct oc_bytes octets);
void row_bind_record(sqlite3_stmt *statement, const struct record *record);

// row_number and row_blob read a column, and tell whether that is what stands there.
bool row_number(sqlite3_stmt *statement, int column, int64_t min, int64_t max, int64_t *out);
bool row_blob(sqlite3_stmt *statement, int column, struct oc_bytes *out);

// row_record reads the first three columns, which are a record. Returns false after store_fail()
// when they cannot be one.
bool row_record(struct db_connection *connection, sqlite3_stmt *statement, struct record *out);

#endif
