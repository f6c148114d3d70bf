// SPDX-License-Identifier: MIT
//
// Columns are checked when they are read, because a file may be damaged or forged.
#include "store/sqlite_row.h"

void row_bind_bytes(sqlite3_stmt *statement, int column, struct oc_bytes octets)
{
    sqlite3_bind_blob64(statement, column, octets.len == 0 ? (const void *)"" : octets.data,
                        octets.len, SQLITE_STATIC);
}

// An absent time or reason is NULL, which a parameter without a value is, too.
static void bind_if(sqlite3_stmt *statement, int column, bool is_there, int64_t value)
{
    if (is_there)
        sqlite3_bind_int64(statement, column, value);
}

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

bool row_record(struct db_connection *connection, sqlite3_stmt *statement, struct record *out,
                struct store_error *err)
{
    if (read_columns(statement, out))
        return true;
    *out = (struct record){0};
    return db_refuse(connection, "invalid record of a certificate", err);
}
