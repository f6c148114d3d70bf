// SPDX-License-Identifier: MIT
//
// What has changed in the database, whoever has changed it.
#include "store/kind.h"
#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

// The change that a statement finds.
static bool read_change(struct db_connection *connection, sqlite3_stmt *statement,
                        struct reload *out)
{
    int rc = db_step(connection, statement);
    *out = (struct reload){0};
    if (rc == SQLITE_ROW)
        *out =
            (struct reload){sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1)};
    sqlite3_reset(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool database_store_last_change(struct db_connection *connection, struct reload *out)
{
    sqlite3_stmt *statement = db_statement(connection, CHANGE_LAST);
    return statement != NULL && read_change(connection, statement, out);
}

static bool is_same(const struct reload *a, const struct reload *b)
{
    return a->number == b->number && a->mark == b->mark;
}

// Whether what was changed since is all there: changes go on from the one that was seen last, or,
// when there was none yet, from the first one.
static bool check_line(const struct database_store *self, struct db_connection *connection,
                       bool *is_whole)
{
    bool is_first = self->seen.number == 0;
    struct reload from;
    sqlite3_stmt *statement = db_statement(connection, is_first ? CHANGE_FIRST : CHANGE_MARK);
    if (statement == NULL)
        return false;
    if (!is_first)
        sqlite3_bind_int64(statement, 1, self->seen.number);
    if (!read_change(connection, statement, &from))
        return false;
    *is_whole = is_first ? from.number == 1 : is_same(&from, &self->seen);
    return true;
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

static bool read_changes(struct database_store *self, struct db_connection *connection,
                         struct told *told)
{
    sqlite3_stmt *statement = database_store_ask(self, connection, CHANGES);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 2, self->seen.number);
    sqlite3_bind_int64(statement, 3, CHANGES_TOLD + 1);
    int rc;
    while ((rc = db_step(connection, statement)) == SQLITE_ROW)
        note_change(told, statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
}

// Whoever has missed changes that were dropped meanwhile, or finds others than before since a copy
// was put in place, has to take everything for changed.
static bool read_news(struct database_store *self, struct db_connection *connection,
                      struct told *told, struct reload *last)
{
    bool is_whole;
    if (!database_store_last_change(connection, last) ||
        !database_store_find_again(self, connection, &told->is_everything))
        return false;
    if (is_same(last, &self->seen) || told->is_everything)
        return true;
    if (!check_line(self, connection, &is_whole))
        return false;
    told->is_everything = !is_whole;
    return told->is_everything || read_changes(self, connection, told);
}

static void tell(const struct changes *changes, const struct told *told)
{
    if (told->is_everything)
        changes->changed(changes->arg, NULL);
    for (size_t i = 0; i < told->n && !told->is_everything; i++)
        changes->changed(changes->arg, &told->serials[i]);
}

static bool poll_on(struct database_store *self, struct db_connection *connection,
                    struct told *told, struct reload *last)
{
    if (!db_begin(connection, false))
        return false;
    bool ok = read_news(self, connection, told, last);
    db_rollback(connection);
    return ok;
}

static bool poll_with(struct database_store *self, const struct changes *changes, struct told *told)
{
    struct reload last;
    struct db_connection *connection = database_take(self->database);
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
