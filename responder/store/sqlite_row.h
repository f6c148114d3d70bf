// SPDX-License-Identifier: MIT
//
// The values of rows: records and octets as columns of the database, both ways.
#ifndef STORE_SQLITE_ROW_H
#define STORE_SQLITE_ROW_H

#include "store/db_connection.h"

// TIME_MIN and TIME_MAX are the years 0001 to 9999. No other time is ever stored.
#define TIME_MIN INT64_C(-62135596800)
#define TIME_MAX INT64_C(253402300799)

// row_bind_bytes sets a parameter of a statement, and row_bind_record sets ?3 to ?5 to a record.
// The octets must stay until the statement has been stepped.
void row_bind_bytes(sqlite3_stmt *statement, int column, struct oc_bytes octets);
void row_bind_record(sqlite3_stmt *statement, const struct record *record);

// row_number and row_blob read a column. They return false if it has another type or, for a
// number, is out of range.
bool row_number(sqlite3_stmt *statement, int column, int64_t min, int64_t max, int64_t *out);
bool row_blob(sqlite3_stmt *statement, int column, struct oc_bytes *out);

// row_record reads the first three columns, which are a record. Returns false, with RECORD_NONE in
// `*out`, and sets `*err` if they are not a valid one.
bool row_record(struct db_connection *connection, sqlite3_stmt *statement, struct record *out,
                struct store_error *err);

#endif
