// SPDX-License-Identifier: MIT
//
// What has changed in the database, whoever has changed it.
#include "store_database.h"

#include "store_kind.h"

#include <stdlib.h>
#include <string.h>

// The first or last change, 0 when there is none.
bool database_store_change(struct connection *connection, enum statement number, int64_t *out)
{
    sqlite3_stmt *statement = connection_statement(connection, number);
    if (statement == NULL)
        return false;
    int rc = connection_step(connection, statement);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return rc == SQLITE_ROW;
}

// struct told is what there is to tell. The views point into `octets`.
struct told {
    bool is_everything;
    size_t n;
    struct oc_bytes serials[CHANGES_TOLD];
    uint8_t octets[CHANGES_TOLD][SERIAL_MAX];
};

static void note_change(struct told *told, sqlite3_stmt *statement)
{
    struct oc_bytes serial;
    if (told->n == CHANGES_TOLD || !row_blob(statement, 0, &serial) || serial.len > SERIAL_MAX) {
        told->is_everything = true;
        return;
    }
    memcpy(told->octets[told->n], serial.data, serial.len);
    told->serials[told->n] = (struct oc_bytes){told->octets[told->n], serial.len};
    told->n++;
}

static bool read_changes(struct database_store *self, struct connection *connection,
                         struct told *told)
{
    sqlite3_stmt *statement = database_store_ask(self, connection, CHANGES);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 2, self->seen);
    sqlite3_bind_int64(statement, 3, CHANGES_TOLD + 1);
    int rc;
    while ((rc = connection_step(connection, statement)) == SQLITE_ROW)
        note_change(told, statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
}

// Whoever has missed changes that were dropped meanwhile, or sees fewer than before since an older
// copy was put in place, has to take everything for changed.
static bool read_news(struct database_store *self, struct connection *connection, struct told *told,
                      int64_t *last)
{
    int64_t first;
    if (!database_store_change(connection, CHANGE_LAST, last) ||
        !database_store_find_again(self, connection, &told->is_everything))
        return false;
    if (*last == self->seen || told->is_everything)
        return true;
    if (!database_store_change(connection, CHANGE_FIRST, &first))
        return false;
    told->is_everything = *last < self->seen || first > self->seen + 1;
    return told->is_everything || read_changes(self, connection, told);
}

static void tell(const struct changes *changes, const struct told *told)
{
    if (told->is_everything)
        changes->changed(changes->arg, NULL);
    for (size_t i = 0; i < told->n && !told->is_everything; i++)
        changes->changed(changes->arg, &told->serials[i]);
}

static bool poll_on(struct database_store *self, struct connection *connection, struct told *told,
                    int64_t *last)
{
    if (!connection_begin(connection, false))
        return false;
    bool ok = read_news(self, connection, told, last);
    connection_rollback(connection);
    return ok;
}

static bool poll_with(struct database_store *self, const struct changes *changes, struct told *told)
{
    int64_t last = 0;
    struct connection *connection = database_take(self->database);
    if (connection == NULL)
        return false;
    bool ok = poll_on(self, connection, told, &last);
    database_give(self->database, connection, ok);
    if (!ok)
        return false;
    self->seen = last;
    tell(changes, told);
    return true;
}

bool database_store_poll(struct store *store, const struct changes *changes)
{
    struct database_store *self = database_store_of(store);
    if (!database_watch(self->database))
        return false;
    struct told *told = malloc(sizeof *told);
    if (told == NULL)
        return store_fail_memory();
    told->n = 0;
    told->is_everything = false;
    bool ok = poll_with(self, changes, told);
    free(told);
    return ok;
}
