// SPDX-License-Identifier: MIT
//
// Each change is a row with a number and a random mark. A poll reads the rows after the last one
// that it has seen.
#include "store/sqlite_poll.h"

#include "store/sqlite_row.h"

#include <stdlib.h>
#include <string.h>

// struct news is what a poll reports. The views point into `octets`.
struct news {
    bool is_everything;
    size_t n;
    struct oc_bytes serials[CHANGES_MAX];
    uint8_t octets[CHANGES_MAX][SERIAL_MAX];
};

// Reads the change that a statement finds.
static bool read_change(struct db_connection *connection, sqlite3_stmt *statement,
                        struct db_change *out, struct store_error *err)
{
    int rc = db_step(connection, statement, err);
    *out = (struct db_change){0};
    if (rc == SQLITE_ROW) {
        out->number = sqlite3_column_int64(statement, 0);
        out->mark = sqlite3_column_int64(statement, 1);
    }
    sqlite3_reset(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

bool sqlite_store_last_change(struct db_connection *connection, struct db_change *out,
                              struct store_error *err)
{
    sqlite3_stmt *statement = db_statement(connection, CHANGE_LAST, err);
    return statement != NULL && read_change(connection, statement, out, err);
}

static bool is_same(const struct db_change *a, const struct db_change *b)
{
    return a->number == b->number && a->mark == b->mark;
}

// Sets `*is_complete` if the file has all changes since the last poll: the last change that was
// seen is still there, or if none was seen, the first change is.
static bool check_complete(const struct sqlite_store *self, struct db_connection *connection,
                           bool *is_complete, struct store_error *err)
{
    bool is_first = self->seen.number == 0;
    struct db_change from;
    sqlite3_stmt *statement = db_statement(connection, is_first ? CHANGE_FIRST : CHANGE_MARK, err);
    if (statement == NULL)
        return false;
    if (!is_first)
        sqlite3_bind_int64(statement, 1, self->seen.number);
    if (!read_change(connection, statement, &from, err))
        return false;
    *is_complete = is_first ? from.number == 1 : is_same(&from, &self->seen);
    return true;
}

static void note_change(struct news *news, sqlite3_stmt *statement)
{
    struct oc_bytes serial;
    if (news->n == CHANGES_MAX || !row_blob(statement, 0, &serial) || serial.len > SERIAL_MAX) {
        news->is_everything = true;
        return;
    }
    memcpy(news->octets[news->n], serial.data, serial.len);
    news->serials[news->n] = (struct oc_bytes){news->octets[news->n], serial.len};
    news->n++;
}

static bool read_changes(struct sqlite_store *self, struct db_connection *connection,
                         struct news *news, struct store_error *err)
{
    sqlite3_stmt *statement = sqlite_store_ask(self, connection, CHANGES, err);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 2, self->seen.number);
    sqlite3_bind_int64(statement, 3, CHANGES_MAX + 1);
    int rc;
    while ((rc = db_step(connection, statement, err)) == SQLITE_ROW)
        note_change(news, statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
}

// Everything may have changed if some changes were dropped before this poll, or if the file is now
// a copy with another history.
static bool read_news(struct sqlite_store *self, struct db_connection *connection,
                      struct news *news, struct db_change *last, struct store_error *err)
{
    bool is_complete;
    if (!sqlite_store_last_change(connection, last, err) ||
        !sqlite_store_find_again(self, connection, &news->is_everything, err))
        return false;
    if (is_same(last, &self->seen) || news->is_everything)
        return true;
    if (!check_complete(self, connection, &is_complete, err))
        return false;
    news->is_everything = !is_complete;
    return news->is_everything || read_changes(self, connection, news, err);
}

static bool poll_on(struct sqlite_store *self, struct db_connection *connection, struct news *news,
                    struct db_change *last, struct store_error *err)
{
    if (!db_begin(connection, false, err))
        return false;
    bool ok = read_news(self, connection, news, last, err);
    db_rollback(connection);
    return ok;
}

static bool poll(struct sqlite_store *self, struct news *news, struct store_error *err)
{
    struct db_change last;
    struct db_connection *connection = database_take(self->database, err);
    if (connection == NULL)
        return false;
    bool ok = poll_on(self, connection, news, &last, err);
    database_give(self->database, connection, ok);
    if (ok)
        self->seen = last;
    return ok;
}

static void report(const struct news *news, const struct changes *changes)
{
    if (news->is_everything)
        changes->changed(changes->arg, NULL);
    for (size_t i = 0; i < news->n && !news->is_everything; i++)
        changes->changed(changes->arg, &news->serials[i]);
}

bool sqlite_store_poll(struct store *store, const struct changes *changes, struct store_error *err)
{
    struct sqlite_store *self = sqlite_store_of(store);
    if (!database_watch(self->database, err))
        return false;
    struct news *news = malloc(sizeof *news);
    if (news == NULL)
        return store_fail_memory(err);
    news->n = 0;
    news->is_everything = false;
    bool ok = poll(self, news, err);
    if (ok)
        report(news, changes);
    free(news);
    return ok;
}
