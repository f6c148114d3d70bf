// SPDX-License-Identifier: MIT
//
// The statements of the store in the database, and asking them about its issuer.
#ifndef STORE_SQLITE_QUERY_H
#define STORE_SQLITE_QUERY_H

#include "store/database.h"

#include <stdatomic.h>

// CHANGES_MAX is the most changes that are reported one by one; above it, dropping everything is
// cheaper. CHANGES_KEPT is how many are kept for processes that poll rarely.
enum { CHANGES_MAX = 1000, CHANGES_KEPT = 100000 };

enum statement {
    FIND_ISSUER,
    ADD_ISSUER,
    LOOK_UP,
    PUT,
    REMOVE,
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

// struct db_change is one change: its number, 0 if there is none, and its mark.
struct db_change {
    int64_t number;
    int64_t mark;
};

// struct sqlite_store is the store of one issuer. `issuer` is the id of its row, 0 as long as it
// has none: the first command that puts a certificate adds it. `seen` is the last change that was
// reported. `writer` is the connection between begin and commit, and `n_puts` counts the changes on
// it.
struct sqlite_store {
    struct store base;
    struct database *database;
    uint8_t name_hash[32];
    uint8_t key_hash[32];
    atomic_llong issuer;
    struct db_change seen;
    struct db_connection *writer;
    size_t n_puts;
};

// sqlite_statements are the texts of the statements.
extern const struct statements sqlite_statements;

// sqlite_store_of returns the store that `store` is the first member of.
struct sqlite_store *sqlite_store_of(struct store *store);

// sqlite_store_take takes a connection, which is `writer` in a transaction, or returns NULL and
// sets
// `*err`. sqlite_store_give gives it back as database_give() does.
struct db_connection *sqlite_store_take(struct sqlite_store *self, struct store_error *err);
void sqlite_store_give(struct sqlite_store *self, struct db_connection *connection, bool works);

// sqlite_store_find finds the issuer's row, unless it is known. sqlite_store_find_again finds it in
// any case, and sets `*is_another` if it is not the row that was known: somebody may have replaced
// the content of the file. An issuer without a row is not a failure. Both return false and set
// `*err` on failure.
bool sqlite_store_find(struct sqlite_store *self, struct db_connection *connection,
                       struct store_error *err);
bool sqlite_store_find_again(struct sqlite_store *self, struct db_connection *connection,
                             bool *is_another, struct store_error *err);

// sqlite_store_ask returns a statement whose ?1 is the issuer, which has no rows if that is not
// known yet; sqlite_store_ask_about one whose ?2 is a serial number as well. Both return NULL and
// set `*err` on failure.
sqlite3_stmt *sqlite_store_ask(struct sqlite_store *self, struct db_connection *connection,
                               enum statement number, struct store_error *err);
sqlite3_stmt *sqlite_store_ask_about(struct sqlite_store *self, struct db_connection *connection,
                                     enum statement number, struct oc_bytes serial,
                                     struct store_error *err);

#endif
