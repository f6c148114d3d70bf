// SPDX-License-Identifier: MIT
//
// Each change of a certificate also adds a row of its own in the same transaction, by which every
// process that polls notices it.
#include "store/sqlite_put.h"

#include "store/sqlite_query.h"
#include "store/sqlite_row.h"

#include <string.h>

static bool add_issuer(struct sqlite_store *self, struct db_connection *connection,
                       struct store_error *err)
{
    if (!sqlite_store_find(self, connection, err))
        return false;
    if (atomic_load(&self->issuer) != 0)
        return true;
    sqlite3_stmt *statement = db_statement(connection, ADD_ISSUER, err);
    if (statement == NULL)
        return false;
    row_bind_bytes(statement, 1, (struct oc_bytes){self->name_hash, sizeof self->name_hash});
    row_bind_bytes(statement, 2, (struct oc_bytes){self->key_hash, sizeof self->key_hash});
    return db_do(connection, statement, err) && sqlite_store_find(self, connection, err);
}

bool sqlite_store_begin(struct store *store, struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    struct db_connection *connection = database_take(self->database, err);
    if (connection == NULL)
        return false;
    if (db_begin(connection, true, err) && add_issuer(self, connection, err)) {
        self->writer = connection;
        self->n_puts = 0;
        return true;
    }
    db_rollback(connection);
    // The row of the issuer may have been added in the transaction that is now undone.
    atomic_store(&self->issuer, 0);
    database_give(self->database, connection, false);
    return false;
}

static bool add_change(struct sqlite_store *self, const struct oc_bytes *serial,
                       struct store_error *err)
{
    sqlite3_stmt *statement = sqlite_store_ask(self, self->writer, ADD_CHANGE, err);
    if (statement == NULL)
        return false;
    if (serial != NULL)
        row_bind_bytes(statement, 2, *serial);
    return db_do(self->writer, statement, err);
}

// Above CHANGES_MAX, a single row without a serial number stands for all further changes.
static bool note_put(struct sqlite_store *self, struct oc_bytes serial, struct store_error *err)
{
    self->n_puts++;
    if (self->n_puts > CHANGES_MAX + 1)
        return true;
    return add_change(self, self->n_puts <= CHANGES_MAX ? &serial : NULL, err);
}

// Runs a statement that changes a certificate. If it does, the saved answers are obsolete.
static bool do_change(struct sqlite_store *self, sqlite3_stmt *statement, struct oc_bytes serial,
                      struct store_error *err)
{
    if (!db_do(self->writer, statement, err))
        return false;
    if (db_n_changed(self->writer) == 0)
        return true;
    statement = sqlite_store_ask_about(self, self->writer, DROP_ANSWERS, serial, err);
    return statement != NULL && db_do(self->writer, statement, err) && note_put(self, serial, err);
}

bool sqlite_store_put(struct store *store, struct oc_bytes serial, const struct record *record,
                      struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    if (serial.len == 0 || serial.len > SERIAL_MAX ||
        (record->status != RECORD_GOOD && record->status != RECORD_REVOKED))
        return store_fail(err, STORE_FAULT_DATA, "invalid serial number or status");
    sqlite3_stmt *statement = sqlite_store_ask_about(self, self->writer, PUT, serial, err);
    if (statement == NULL)
        return false;
    row_bind_record(statement, record);
    return do_change(self, statement, serial, err);
}

bool sqlite_store_remove(struct store *store, struct oc_bytes serial, struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    sqlite3_stmt *statement = sqlite_store_ask_about(self, self->writer, REMOVE, serial, err);
    return statement != NULL && do_change(self, statement, serial, err);
}

static void end(struct sqlite_store *self, bool is_committed)
{
    struct db_connection *connection = self->writer;
    self->writer = NULL;
    if (!is_committed) {
        db_rollback(connection);
        atomic_store(&self->issuer, 0);
    }
    database_give(self->database, connection, is_committed);
}

static bool prune_changes(struct db_connection *connection, struct store_error *err)
{
    sqlite3_stmt *statement = db_statement(connection, PRUNE_CHANGES, err);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, CHANGES_KEPT);
    return db_do(connection, statement, err);
}

bool sqlite_store_commit(struct store *store, struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    bool ok = prune_changes(self->writer, err) && db_commit(self->writer, err);
    end(self, ok);
    return ok;
}

void sqlite_store_rollback(struct store *store)
{
    if (sqlite_store_of(store)->writer != NULL)
        end(sqlite_store_of(store), false);
}

static bool read_position(struct db_connection *connection, sqlite3_stmt *statement,
                          struct position *out, struct store_error *err)
{
    struct oc_bytes digest;
    if (!row_number(statement, 0, 1, INT64_MAX, &out->offset) ||
        !row_number(statement, 1, 1, INT64_MAX, &out->n_lines) ||
        !row_blob(statement, 2, &digest) || digest.len != sizeof out->digest)
        return db_refuse(connection, "invalid position of an import", err);
    memcpy(out->digest, digest.data, digest.len);
    return true;
}

static bool get_position_on(struct sqlite_store *self, struct db_connection *connection,
                            const char *kind, struct position *out, struct store_error *err)
{
    sqlite3_stmt *statement = sqlite_store_ask(self, connection, GET_POSITION, err);
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
    int rc = db_step(connection, statement, err);
    bool ok =
        rc == SQLITE_DONE || (rc == SQLITE_ROW && read_position(connection, statement, out, err));
    sqlite3_reset(statement);
    return ok;
}

bool sqlite_store_get_position(struct store *store, const char *kind, struct position *out,
                               struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    *out = (struct position){0};
    struct db_connection *connection = sqlite_store_take(self, err);
    if (connection == NULL)
        return false;
    bool ok = get_position_on(self, connection, kind, out, err);
    sqlite_store_give(self, connection, ok);
    if (!ok)
        *out = (struct position){0};
    return ok;
}

bool sqlite_store_put_position(struct store *store, const char *kind,
                               const struct position *position, struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    bool is_dropped = position->offset == 0;
    sqlite3_stmt *statement =
        sqlite_store_ask(self, self->writer, is_dropped ? DROP_POSITION : PUT_POSITION, err);
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
    if (!is_dropped) {
        sqlite3_bind_int64(statement, 3, position->offset);
        sqlite3_bind_int64(statement, 4, position->n_lines);
        row_bind_bytes(statement, 5, (struct oc_bytes){position->digest, sizeof position->digest});
    }
    return db_do(self->writer, statement, err);
}
