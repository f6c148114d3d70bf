// SPDX-License-Identifier: MIT
//
// Changing certificates. Whoever changes one says so in a row of its own, in the same transaction,
// so that every process that polls sees it.
#include "store/kind.h"
#include "store/sqlite.h"

#include <string.h>

static bool add_issuer(struct database_store *self, struct db_connection *connection)
{
    if (!database_store_find(self, connection))
        return false;
    if (atomic_load(&self->issuer) != 0)
        return true;
    sqlite3_stmt *statement = db_statement(connection, ADD_ISSUER);
    if (statement == NULL)
        return false;
    row_bind_bytes(statement, 1, (struct oc_bytes){self->name_hash, sizeof self->name_hash});
    row_bind_bytes(statement, 2, (struct oc_bytes){self->key_hash, sizeof self->key_hash});
    return db_do(connection, statement) && database_store_find(self, connection);
}

bool database_store_begin(struct store *store)
{
    struct database_store *self = database_store_of(store);
    struct db_connection *connection = database_take(self->database);
    if (connection == NULL)
        return false;
    if (db_begin(connection, true) && add_issuer(self, connection)) {
        self->writer = connection;
        self->n_puts = 0;
        return true;
    }
    db_rollback(connection);
    // The issuer may have been made in the transaction that is not there any more.
    atomic_store(&self->issuer, 0);
    database_give(self->database, connection, false);
    return false;
}

static bool add_change(struct database_store *self, const struct oc_bytes *serial)
{
    sqlite3_stmt *statement = database_store_ask(self, self->writer, ADD_CHANGE);
    if (statement == NULL)
        return false;
    if (serial != NULL)
        row_bind_bytes(statement, 2, *serial);
    return db_do(self->writer, statement);
}

// Many changes end in one row that stands for all of them, and those behind it.
static bool note_put(struct database_store *self, struct oc_bytes serial)
{
    self->n_puts++;
    if (self->n_puts > CHANGES_TOLD + 1)
        return true;
    return add_change(self, self->n_puts <= CHANGES_TOLD ? &serial : NULL);
}

bool database_store_put(struct store *store, struct oc_bytes serial, const struct record *record)
{
    struct database_store *self = database_store_of(store);
    if (serial.len == 0 || serial.len > SERIAL_MAX ||
        (record->status != RECORD_GOOD && record->status != RECORD_REVOKED))
        return store_fail(STORE_FAULT_DATA, "this cannot be stored");
    sqlite3_stmt *statement = database_store_ask_about(self, self->writer, PUT, serial);
    if (statement == NULL)
        return false;
    row_bind_record(statement, record);
    if (!db_do(self->writer, statement))
        return false;
    if (db_n_changed(self->writer) == 0)
        return true;
    statement = database_store_ask_about(self, self->writer, DROP_ANSWERS, serial);
    return statement != NULL && db_do(self->writer, statement) && note_put(self, serial);
}

static void end(struct database_store *self, bool ok)
{
    struct db_connection *connection = self->writer;
    self->writer = NULL;
    if (!ok) {
        db_rollback(connection);
        atomic_store(&self->issuer, 0);
    }
    database_give(self->database, connection, ok);
}

static bool prune_changes(struct db_connection *connection)
{
    sqlite3_stmt *statement = db_statement(connection, PRUNE_CHANGES);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, CHANGES_KEPT);
    return db_do(connection, statement);
}

bool database_store_commit(struct store *store)
{
    struct database_store *self = database_store_of(store);
    bool ok = prune_changes(self->writer) && db_commit(self->writer);
    end(self, ok);
    return ok;
}

void database_store_rollback(struct store *store)
{
    if (database_store_of(store)->writer != NULL)
        end(database_store_of(store), false);
}

static bool read_position(struct db_connection *connection, sqlite3_stmt *statement,
                          struct position *out)
{
    struct oc_bytes digest;
    if (!row_number(statement, 0, 1, INT64_MAX, &out->offset) ||
        !row_number(statement, 1, 1, INT64_MAX, &out->n_lines) ||
        !row_blob(statement, 2, &digest) || digest.len != sizeof out->digest)
        return db_refuse(connection, "what it says about an import cannot be");
    memcpy(out->digest, digest.data, digest.len);
    return true;
}

static bool get_position_on(struct database_store *self, struct db_connection *connection,
                            const char *kind, struct position *out)
{
    sqlite3_stmt *statement = database_store_ask(self, connection, GET_POSITION);
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
    int rc = db_step(connection, statement);
    bool ok = rc == SQLITE_DONE || (rc == SQLITE_ROW && read_position(connection, statement, out));
    sqlite3_reset(statement);
    return ok;
}

bool database_store_get_position(struct store *store, const char *kind, struct position *out)
{
    struct database_store *self = database_store_of(store);
    *out = (struct position){0};
    struct db_connection *connection = database_store_take(self);
    if (connection == NULL)
        return false;
    bool ok = get_position_on(self, connection, kind, out);
    database_store_give(self, connection, ok);
    if (!ok)
        *out = (struct position){0};
    return ok;
}

bool database_store_put_position(struct store *store, const char *kind,
                                 const struct position *position)
{
    struct database_store *self = database_store_of(store);
    bool is_end = position->offset == 0;
    sqlite3_stmt *statement =
        database_store_ask(self, self->writer, is_end ? DROP_POSITION : PUT_POSITION);
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
    if (!is_end) {
        sqlite3_bind_int64(statement, 3, position->offset);
        sqlite3_bind_int64(statement, 4, position->n_lines);
        row_bind_bytes(statement, 5, (struct oc_bytes){position->digest, sizeof position->digest});
    }
    return db_do(self->writer, statement);
}
