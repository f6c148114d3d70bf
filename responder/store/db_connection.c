// SPDX-License-Identifier: MIT
//
// A thin layer on SQLite, with its errors in those of stores.
#include "store/db_connection.h"

#include "store/database_file.h"

#include <stdlib.h>

struct db_connection *db_open(const char *path, enum store_mode mode, int busy_ms,
                              const struct statements *texts, struct store_error *err)
{
    size_t size = texts->n * sizeof(sqlite3_stmt *);
    struct db_connection *connection = calloc(1, sizeof *connection + size);
    if (connection == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    connection->texts = texts;
    connection->db = database_file_open(path, mode, busy_ms, err);
    if (connection->db != NULL)
        return connection;
    free(connection);
    return NULL;
}

void db_close(struct db_connection *connection)
{
    for (size_t i = 0; i < connection->texts->n; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_close(connection->db);
    free(connection);
}

sqlite3_stmt *db_statement(struct db_connection *connection, size_t number, struct store_error *err)
{
    sqlite3_stmt **statement = &connection->statements[number];
    if (*statement == NULL) {
        int rc = sqlite3_prepare_v3(connection->db, connection->texts->sql[number], -1,
                                    SQLITE_PREPARE_PERSISTENT, statement, NULL);
        if (rc != SQLITE_OK)
            database_file_fail(connection->db, "cannot prepare a statement", err);
        return *statement;
    }
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
    return *statement;
}

int db_step(struct db_connection *connection, sqlite3_stmt *statement, struct store_error *err)
{
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        database_file_fail(connection->db, "cannot run a statement", err);
    return rc;
}

bool db_do(struct db_connection *connection, sqlite3_stmt *statement, struct store_error *err)
{
    bool ok = db_step(connection, statement, err) == SQLITE_DONE;
    sqlite3_reset(statement);
    return ok;
}

static bool run(struct db_connection *connection, const char *sql, struct store_error *err)
{
    return sqlite3_exec(connection->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           database_file_fail(connection->db, "cannot run a statement", err);
}

bool db_begin(struct db_connection *connection, bool writes, struct store_error *err)
{
    return run(connection, writes ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

bool db_commit(struct db_connection *connection, struct store_error *err)
{
    if (run(connection, "COMMIT", err))
        return true;
    db_rollback(connection);
    return false;
}

// A failure does not matter: what is not committed is gone in any case.
void db_rollback(struct db_connection *connection)
{
    if (sqlite3_get_autocommit(connection->db) == 0)
        (void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
}

int64_t db_n_changed(struct db_connection *connection)
{
    return sqlite3_changes64(connection->db);
}

void db_merge_log(struct db_connection *connection, int busy_ms)
{
    (void)database_file_wait(connection->db, busy_ms);
    (void)sqlite3_wal_checkpoint_v2(connection->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

bool db_refuse(struct db_connection *connection, const char *what, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_DATA, "%s: %s", sqlite3_db_filename(connection->db, "main"),
                      what);
}
