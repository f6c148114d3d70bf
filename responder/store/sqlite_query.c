// SPDX-License-Identifier: MIT
//
// The SQL of the store in the database. An issuer is known there by the hashes of its name and key.
#include "store/sqlite_query.h"

#include "store/sqlite_row.h"

// DROPPED_AT_ONCE is how many expired answers are dropped when others are saved.
#define DROPPED_AT_ONCE "1000"

// A record is three columns, in this order wherever one is read.
#define RECORD "c.revoked_at, c.reason, c.expires"
#define RECORD_IS "revoked_at IS ?3 AND reason IS ?4 AND expires IS ?5"

static const char *const sql[N_STATEMENTS] = {
    [FIND_ISSUER] = "SELECT id FROM issuer WHERE name_hash = ?1 AND key_hash = ?2",
    [ADD_ISSUER] = "INSERT INTO issuer(name_hash, key_hash) VALUES(?1, ?2)",
    [LOOK_UP] = "SELECT " RECORD " FROM certificate c WHERE issuer = ?1 AND serial = ?2",
    [PUT] = "INSERT INTO certificate(issuer, serial, revoked_at, reason, expires) "
            "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(issuer, serial) DO UPDATE SET "
            "revoked_at = ?3, reason = ?4, expires = ?5 WHERE NOT (" RECORD_IS ")",
    [REMOVE] = "DELETE FROM certificate WHERE issuer = ?1 AND serial = ?2 AND "
               "revoked_at IS NULL",
    [DROP_ANSWERS] = "DELETE FROM answer WHERE issuer = ?1 AND serial = ?2",
    [ADD_CHANGE] = "INSERT INTO change(issuer, serial, mark) VALUES(?1, ?2, random())",
    [CHANGE_FIRST] = "SELECT id, mark FROM change ORDER BY id LIMIT 1",
    [CHANGE_LAST] = "SELECT id, mark FROM change ORDER BY id DESC LIMIT 1",
    [CHANGE_MARK] = "SELECT id, mark FROM change WHERE id = ?1",
    [PRUNE_CHANGES] = "DELETE FROM change WHERE id <= (SELECT max(id) FROM change) - ?1",
    [CHANGES] = "SELECT serial FROM change WHERE issuer = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    [GET_SAVED] = "SELECT " RECORD ", a.signer, a.this_update, a.next_update, a.der "
                  "FROM answer a JOIN certificate c ON c.issuer = a.issuer AND "
                  "c.serial = a.serial WHERE a.issuer = ?1 AND a.serial = ?2 AND a.hash = ?3 AND "
                  "a.revoked_at IS c.revoked_at AND a.reason IS c.reason AND "
                  "a.expires IS c.expires",
    [PUT_SAVED] = "INSERT OR REPLACE INTO answer(issuer, serial, revoked_at, reason, expires, "
                  "hash, signer, this_update, next_update, der) "
                  "SELECT issuer, serial, revoked_at, reason, expires, ?6, ?7, ?8, ?9, ?10 "
                  "FROM certificate WHERE issuer = ?1 AND serial = ?2 AND " RECORD_IS,
    [PRUNE_SAVED] = "DELETE FROM answer WHERE id IN (SELECT id FROM answer WHERE "
                    "next_update < ?1 LIMIT " DROPPED_AT_ONCE ")",
    [GET_POSITION] = "SELECT position, n_lines, digest FROM import WHERE issuer = ?1 AND "
                     "kind = ?2",
    [PUT_POSITION] = "INSERT OR REPLACE INTO import(issuer, kind, position, n_lines, digest) "
                     "VALUES(?1, ?2, ?3, ?4, ?5)",
    [DROP_POSITION] = "DELETE FROM import WHERE issuer = ?1 AND kind = ?2",
    [LIST] = "SELECT " RECORD ", serial FROM certificate c WHERE issuer = ?1 AND serial > ?2 "
             "ORDER BY serial",
    [LIST_REVOKED] = "SELECT " RECORD ", serial FROM certificate c WHERE issuer = ?1 AND "
                     "serial > ?2 AND revoked_at IS NOT NULL ORDER BY serial",
};

const struct statements sqlite_statements = {sql, N_STATEMENTS};

struct sqlite_store *sqlite_store_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

struct db_connection *sqlite_store_take(struct sqlite_store *self, struct store_error *err)
{
    return self->writer != NULL ? self->writer : database_take(self->database, err);
}

void sqlite_store_give(struct sqlite_store *self, struct db_connection *connection, bool works)
{
    if (connection != self->writer)
        database_give(self->database, connection, works);
}

bool sqlite_store_find_again(struct sqlite_store *self, struct db_connection *connection,
                             bool *is_another, struct store_error *err)
{
    int64_t id = 0;
    *is_another = false;
    sqlite3_stmt *statement = db_statement(connection, FIND_ISSUER, err);
    if (statement == NULL)
        return false;
    row_bind_bytes(statement, 1, (struct oc_bytes){self->name_hash, sizeof self->name_hash});
    row_bind_bytes(statement, 2, (struct oc_bytes){self->key_hash, sizeof self->key_hash});
    int rc = db_step(connection, statement, err);
    if (rc == SQLITE_ROW)
        id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return false;
    int64_t before = atomic_exchange(&self->issuer, id);
    *is_another = before != 0 && before != id;
    return true;
}

bool sqlite_store_find(struct sqlite_store *self, struct db_connection *connection,
                       struct store_error *err)
{
    bool is_another;
    return atomic_load(&self->issuer) != 0 ||
           sqlite_store_find_again(self, connection, &is_another, err);
}

sqlite3_stmt *sqlite_store_ask(struct sqlite_store *self, struct db_connection *connection,
                               enum statement number, struct store_error *err)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite_store_find(self, connection, err))
        statement = db_statement(connection, number, err);
    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, atomic_load(&self->issuer));
    return statement;
}

sqlite3_stmt *sqlite_store_ask_about(struct sqlite_store *self, struct db_connection *connection,
                                     enum statement number, struct oc_bytes serial,
                                     struct store_error *err)
{
    sqlite3_stmt *statement = sqlite_store_ask(self, connection, number, err);
    if (statement != NULL)
        row_bind_bytes(statement, 2, serial);
    return statement;
}
