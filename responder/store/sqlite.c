// SPDX-License-Identifier: MIT
//
// The store in the database: its functions together, and those that look up.
#include "store/sqlite.h"

#include "store/sqlite_poll.h"
#include "store/sqlite_put.h"
#include "store/sqlite_query.h"
#include "store/sqlite_row.h"
#include "store/sqlite_saved.h"

#include <stdlib.h>
#include <string.h>

static bool look_up_on(struct sqlite_store *self, struct db_connection *connection,
                       struct oc_bytes serial, struct record *out, struct store_error *err)
{
    sqlite3_stmt *statement = sqlite_store_ask_about(self, connection, LOOK_UP, serial, err);
    if (statement == NULL)
        return false;
    int rc = db_step(connection, statement, err);
    bool ok = rc == SQLITE_DONE;
    if (ok)
        out->status = RECORD_NOT_ISSUED;
    else if (rc == SQLITE_ROW)
        ok = row_record(connection, statement, out, err);
    sqlite3_reset(statement);
    return ok;
}

static bool look_up(struct store *store, struct oc_bytes serial, struct record *out,
                    struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    *out = (struct record){0};
    struct db_connection *connection = sqlite_store_take(self, err);
    if (connection == NULL)
        return false;
    bool ok = look_up_on(self, connection, serial, out, err);
    sqlite_store_give(self, connection, ok);
    return ok;
}

static bool read_entry(struct db_connection *connection, sqlite3_stmt *statement, struct entry *out,
                       struct store_error *err)
{
    if (!row_record(connection, statement, &out->record, err))
        return false;
    return (row_blob(statement, 3, &out->serial) && out->serial.len <= SERIAL_MAX) ||
           db_refuse(connection, "invalid serial number", err);
}

static bool list_on(struct db_connection *connection, sqlite3_stmt *statement,
                    bool (*each)(void *arg, const struct entry *entry), void *arg,
                    struct store_error *err)
{
    int rc;
    while ((rc = db_step(connection, statement, err)) == SQLITE_ROW) {
        struct entry entry;
        if (!read_entry(connection, statement, &entry, err))
            return false;
        if (!each(arg, &entry))
            return true;
    }
    return rc == SQLITE_DONE;
}

static bool list(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg,
                 struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    struct db_connection *connection = sqlite_store_take(self, err);
    if (connection == NULL)
        return false;
    sqlite3_stmt *statement =
        sqlite_store_ask_about(self, connection, revoked_only ? LIST_REVOKED : LIST, after, err);
    bool ok = statement != NULL && list_on(connection, statement, each, arg, err);
    sqlite3_reset(statement);
    sqlite_store_give(self, connection, ok);
    return ok;
}

static void close_store(struct store *store)
{
    struct sqlite_store *self = sqlite_store_of(store);
    sqlite_store_rollback(store);
    database_close(self->database);
    free(self);
}

static const struct store_methods methods = {
    .look_up = look_up,
    .poll = sqlite_store_poll,
    .get_saved = sqlite_store_get_saved,
    .put_saved = sqlite_store_put_saved,
    .begin = sqlite_store_begin,
    .put = sqlite_store_put,
    .remove = sqlite_store_remove,
    .commit = sqlite_store_commit,
    .rollback = sqlite_store_rollback,
    .get_position = sqlite_store_get_position,
    .put_position = sqlite_store_put_position,
    .list = list,
    .close = close_store,
};

// Starts at the newest change: older ones are already in effect.
static bool start(struct sqlite_store *self, struct store_error *err)
{
    struct db_connection *connection = database_take(self->database, err);
    if (connection == NULL)
        return false;
    bool ok = sqlite_store_find(self, connection, err) &&
              sqlite_store_last_change(connection, &self->seen, err);
    database_give(self->database, connection, ok);
    return ok;
}

struct store *sqlite_store_open(const char *path, const struct oc_issuer *issuer,
                                enum store_mode mode, struct store_error *err)
{
    if (!issuer->has_hash[OC_HASH_SHA256]) {
        store_fail(err, STORE_FAULT_SYSTEM, "%s: SHA-256 is not available", path);
        return NULL;
    }
    struct sqlite_store *self = calloc(1, sizeof *self);
    if (self == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    self->base.methods = &methods;
    memcpy(self->name_hash, issuer->name_hash[OC_HASH_SHA256], sizeof self->name_hash);
    memcpy(self->key_hash, issuer->key_hash[OC_HASH_SHA256], sizeof self->key_hash);
    self->database = database_open(path, mode, &sqlite_statements, err);
    if (self->database != NULL && start(self, err))
        return &self->base;
    if (self->database != NULL)
        database_close(self->database);
    free(self);
    return NULL;
}
