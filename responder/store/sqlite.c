// SPDX-License-Identifier: MIT
//
// The store in the database: certificates and answers of one issuer, known by its name and key.
#include "store/sqlite.h"

#include "store/kind.h"

#include <stdlib.h>
#include <string.h>

// How many answers that have ended are dropped when others are saved.
#define DROPPED_AT_ONCE "1000"

// What is known of a certificate: three columns, in this order wherever a record is read.
#define RECORD "c.revoked_at, c.reason, c.expires"
#define RECORD_IS "revoked_at IS ?3 AND reason IS ?4 AND expires IS ?5"

static const char *const sql[N_STATEMENTS] = {
    [FIND_ISSUER] = "SELECT id FROM issuer WHERE name_hash = ?1 AND key_hash = ?2",
    [ADD_ISSUER] = "INSERT INTO issuer(name_hash, key_hash) VALUES(?1, ?2)",
    [LOOK_UP] = "SELECT " RECORD " FROM certificate c WHERE issuer = ?1 AND serial = ?2",
    [PUT] = "INSERT INTO certificate(issuer, serial, revoked_at, reason, expires) "
            "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(issuer, serial) DO UPDATE SET "
            "revoked_at = ?3, reason = ?4, expires = ?5 WHERE NOT (" RECORD_IS ")",
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

static const struct statements statements = {sql, N_STATEMENTS};

struct database_store *database_store_of(struct store *store)
{
    return (struct database_store *)store;
}

// Inside a transaction everything goes over its own connection.
struct db_connection *database_store_take(struct database_store *self)
{
    return self->writer != NULL ? self->writer : database_take(self->database);
}

void database_store_give(struct database_store *self, struct db_connection *connection,
                         bool is_well)
{
    if (connection != self->writer)
        database_give(self->database, connection, is_well);
}

void row_bind_bytes(sqlite3_stmt *statement, int column, struct oc_bytes octets)
{
    sqlite3_bind_blob64(statement, column, octets.len == 0 ? (const void *)"" : octets.data,
                        octets.len, SQLITE_STATIC);
}

// A time or reason that is not there is NULL.
static void bind_if(sqlite3_stmt *statement, int column, bool is_there, int64_t value)
{
    if (is_there)
        sqlite3_bind_int64(statement, column, value);
}

bool database_store_find_again(struct database_store *self, struct db_connection *connection,
                               bool *is_another)
{
    int64_t id = 0;
    *is_another = false;
    sqlite3_stmt *statement = db_statement(connection, FIND_ISSUER);
    if (statement == NULL)
        return false;
    row_bind_bytes(statement, 1, (struct oc_bytes){self->name_hash, sizeof self->name_hash});
    row_bind_bytes(statement, 2, (struct oc_bytes){self->key_hash, sizeof self->key_hash});
    int rc = db_step(connection, statement);
    if (rc == SQLITE_ROW)
        id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return false;
    int64_t before = atomic_exchange(&self->issuer, id);
    *is_another = before != 0 && before != id;
    return true;
}

bool database_store_find(struct database_store *self, struct db_connection *connection)
{
    bool is_another;
    return atomic_load(&self->issuer) != 0 ||
           database_store_find_again(self, connection, &is_another);
}

// A statement whose ?1 is the issuer; where there is none yet, nothing fits it.
sqlite3_stmt *database_store_ask(struct database_store *self, struct db_connection *connection,
                                 enum statement number)
{
    sqlite3_stmt *statement = NULL;
    if (database_store_find(self, connection))
        statement = db_statement(connection, number);
    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, atomic_load(&self->issuer));
    return statement;
}

// And ?2 the serial number.
sqlite3_stmt *database_store_ask_about(struct database_store *self,
                                       struct db_connection *connection, enum statement number,
                                       struct oc_bytes serial)
{
    sqlite3_stmt *statement = database_store_ask(self, connection, number);
    if (statement != NULL)
        row_bind_bytes(statement, 2, serial);
    return statement;
}

// ?3 to ?5 are the record.
void row_bind_record(sqlite3_stmt *statement, const struct record *record)
{
    bool is_revoked = record->status == RECORD_REVOKED;
    bind_if(statement, 3, is_revoked, record->revoked_at);
    bind_if(statement, 4, is_revoked && record->has_reason, record->reason);
    bind_if(statement, 5, record->expires != 0, record->expires);
}

bool row_number(sqlite3_stmt *statement, int column, int64_t min, int64_t max, int64_t *out)
{
    *out = sqlite3_column_int64(statement, column);
    return sqlite3_column_type(statement, column) == SQLITE_INTEGER && *out >= min && *out <= max;
}

bool row_blob(sqlite3_stmt *statement, int column, struct oc_bytes *out)
{
    if (sqlite3_column_type(statement, column) != SQLITE_BLOB)
        return false;
    out->data = sqlite3_column_blob(statement, column);
    out->len = (size_t)sqlite3_column_bytes(statement, column);
    return out->data != NULL;
}

// The first three columns. A file that was damaged or forged may say anything.
static bool read_columns(sqlite3_stmt *statement, struct record *out)
{
    int64_t reason = 0;
    *out = (struct record){.status = RECORD_GOOD};
    bool is_revoked = sqlite3_column_type(statement, 0) != SQLITE_NULL;
    bool has_reason = sqlite3_column_type(statement, 1) != SQLITE_NULL;
    bool expires = sqlite3_column_type(statement, 2) != SQLITE_NULL;
    if (is_revoked && !row_number(statement, 0, TIME_MIN, TIME_MAX, &out->revoked_at))
        return false;
    if (has_reason && (!is_revoked || !row_number(statement, 1, 0, UINT8_MAX, &reason)))
        return false;
    if (expires && !row_number(statement, 2, TIME_MIN, TIME_MAX, &out->expires))
        return false;
    out->status = is_revoked ? RECORD_REVOKED : RECORD_GOOD;
    out->has_reason = has_reason;
    out->reason = (uint8_t)reason;
    return true;
}

bool row_record(struct db_connection *connection, sqlite3_stmt *statement, struct record *out)
{
    if (read_columns(statement, out))
        return true;
    *out = (struct record){0};
    return db_refuse(connection, "what it says about a certificate cannot be");
}

static bool look_up_on(struct database_store *self, struct db_connection *connection,
                       struct oc_bytes serial, struct record *out)
{
    sqlite3_stmt *statement = database_store_ask_about(self, connection, LOOK_UP, serial);
    if (statement == NULL)
        return false;
    int rc = db_step(connection, statement);
    bool ok = rc == SQLITE_DONE;
    if (ok)
        out->status = RECORD_NOT_ISSUED;
    else if (rc == SQLITE_ROW)
        ok = row_record(connection, statement, out);
    sqlite3_reset(statement);
    return ok;
}

static bool look_up(struct store *store, struct oc_bytes serial, struct record *out)
{
    struct database_store *self = database_store_of(store);
    *out = (struct record){0};
    struct db_connection *connection = database_store_take(self);
    if (connection == NULL)
        return false;
    bool ok = look_up_on(self, connection, serial, out);
    database_store_give(self, connection, ok);
    return ok;
}

static bool read_entry(struct db_connection *connection, sqlite3_stmt *statement, struct entry *out)
{
    if (!row_record(connection, statement, &out->record))
        return false;
    return (row_blob(statement, 3, &out->serial) && out->serial.len <= SERIAL_MAX) ||
           db_refuse(connection, "a serial number in it cannot be");
}

static bool list_on(struct db_connection *connection, sqlite3_stmt *statement,
                    bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    int rc;
    while ((rc = db_step(connection, statement)) == SQLITE_ROW) {
        struct entry entry;
        if (!read_entry(connection, statement, &entry))
            return false;
        if (!each(arg, &entry))
            return true;
    }
    return rc == SQLITE_DONE;
}

static bool list(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    struct database_store *self = database_store_of(store);
    struct db_connection *connection = database_store_take(self);
    if (connection == NULL)
        return false;
    sqlite3_stmt *statement =
        database_store_ask_about(self, connection, revoked_only ? LIST_REVOKED : LIST, after);
    bool ok = statement != NULL && list_on(connection, statement, each, arg);
    sqlite3_reset(statement);
    database_store_give(self, connection, ok);
    return ok;
}

static void close_store(struct store *store)
{
    struct database_store *self = database_store_of(store);
    database_store_rollback(store);
    database_close(self->database);
    free(self);
}

static const struct store_methods methods = {
    .name = "database",
    .look_up = look_up,
    .poll = database_store_poll,
    .get_saved = database_store_get_saved,
    .put_saved = database_store_put_saved,
    .begin = database_store_begin,
    .put = database_store_put,
    .commit = database_store_commit,
    .rollback = database_store_rollback,
    .get_position = database_store_get_position,
    .put_position = database_store_put_position,
    .list = list,
    .why = store_last_why,
    .fault = store_last_fault,
    .close = close_store,
};

// What was changed before is no news.
static bool start(struct database_store *self)
{
    struct db_connection *connection = database_take(self->database);
    if (connection == NULL)
        return false;
    bool ok = database_store_find(self, connection) &&
              database_store_last_change(connection, &self->seen);
    database_give(self->database, connection, ok);
    return ok;
}

struct store *store_database_open(const char *path, const struct oc_issuer *issuer,
                                  enum store_mode mode)
{
    if (!issuer->has_hash[OC_HASH_SHA256]) {
        store_fail(STORE_FAULT_SYSTEM, "%s: SHA-256 is not there", path);
        return NULL;
    }
    struct database_store *self = calloc(1, sizeof *self);
    if (self == NULL) {
        store_fail_memory();
        return NULL;
    }
    self->base.methods = &methods;
    memcpy(self->name_hash, issuer->name_hash[OC_HASH_SHA256], sizeof self->name_hash);
    memcpy(self->key_hash, issuer->key_hash[OC_HASH_SHA256], sizeof self->key_hash);
    self->database = database_open(path, mode, &statements);
    if (self->database != NULL && start(self))
        return &self->base;
    if (self->database != NULL)
        database_close(self->database);
    free(self);
    return NULL;
}
