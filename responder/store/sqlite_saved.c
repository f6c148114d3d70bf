// SPDX-License-Identifier: MIT
//
// Saved answers. The statement that finds or saves one also compares its record with the
// certificate's.
#include "store/sqlite_saved.h"

#include "store/sqlite_query.h"
#include "store/sqlite_row.h"

#include <string.h>

// A row that is invalid or too long counts as no answer: a new one takes its place.
static bool read_saved(sqlite3_stmt *statement, uint8_t *buf, size_t size, struct saved *out)
{
    struct oc_bytes signer;
    struct oc_bytes der;
    if (!row_blob(statement, 3, &signer) || signer.len != sizeof out->signer ||
        !row_number(statement, 4, TIME_MIN, TIME_MAX, &out->this_update) ||
        !row_number(statement, 5, TIME_MIN, TIME_MAX, &out->next_update) ||
        !row_blob(statement, 6, &der) || der.len > size)
        return false;
    memcpy(out->signer, signer.data, signer.len);
    memcpy(buf, der.data, der.len);
    out->der = (struct oc_bytes){buf, der.len};
    return true;
}

static bool get_saved_on(struct sqlite_store *self, struct db_connection *connection, uint8_t *buf,
                         size_t size, struct saved *out, struct store_error *err)
{
    sqlite3_stmt *statement = sqlite_store_ask_about(self, connection, GET_SAVED, out->serial, err);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 3, out->hash);
    bool ok = db_step(connection, statement, err) == SQLITE_ROW &&
              row_record(connection, statement, &out->record, err) &&
              read_saved(statement, buf, size, out);
    sqlite3_reset(statement);
    return ok;
}

bool sqlite_store_get_saved(struct store *store, enum oc_hash hash, struct oc_bytes serial,
                            uint8_t *buf, size_t size, struct saved *out, struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    store_error_clear(err);
    struct db_connection *connection = sqlite_store_take(self, err);
    struct saved found = {.hash = hash, .serial = serial};
    bool ok = connection != NULL && get_saved_on(self, connection, buf, size, &found, err);
    if (connection != NULL)
        sqlite_store_give(self, connection, true);
    *out = ok ? found : (struct saved){0};
    return ok;
}

static bool put_saved_one(struct sqlite_store *self, struct db_connection *connection,
                          const struct saved *saved, struct store_error *err)
{
    if (saved->record.status != RECORD_GOOD && saved->record.status != RECORD_REVOKED)
        return true;
    sqlite3_stmt *statement =
        sqlite_store_ask_about(self, connection, PUT_SAVED, saved->serial, err);
    if (statement == NULL)
        return false;
    row_bind_record(statement, &saved->record);
    sqlite3_bind_int64(statement, 6, saved->hash);
    row_bind_bytes(statement, 7, (struct oc_bytes){saved->signer, sizeof saved->signer});
    sqlite3_bind_int64(statement, 8, saved->this_update);
    sqlite3_bind_int64(statement, 9, saved->next_update);
    row_bind_bytes(statement, 10, saved->der);
    return db_do(connection, statement, err);
}

// The latest thisUpdate of the answers serves as the present time, so that no clock is read here.
static bool prune_saved(struct db_connection *connection, const struct saved *saved, size_t n,
                        struct store_error *err)
{
    int64_t now = saved[0].this_update;
    for (size_t i = 1; i < n; i++)
        now = saved[i].this_update > now ? saved[i].this_update : now;
    sqlite3_stmt *statement = db_statement(connection, PRUNE_SAVED, err);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, now);
    return db_do(connection, statement, err);
}

static bool put_saved_on(struct sqlite_store *self, struct db_connection *connection,
                         const struct saved *saved, size_t n, struct store_error *err)
{
    if (!db_begin(connection, true, err))
        return false;
    bool ok = prune_saved(connection, saved, n, err);
    for (size_t i = 0; i < n && ok; i++)
        ok = put_saved_one(self, connection, &saved[i], err);
    if (ok)
        return db_commit(connection, err);
    db_rollback(connection);
    return false;
}

bool sqlite_store_put_saved(struct store *store, const struct saved *saved, size_t n,
                            struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    if (n == 0)
        return true;
    // Revocations need the room more than answers do.
    if (!database_has_room(self->database, err))
        return false;
    struct db_connection *connection = database_take(self->database, err);
    if (connection == NULL)
        return false;
    bool ok = put_saved_on(self, connection, saved, n, err);
    database_give(self->database, connection, ok);
    return ok;
}
