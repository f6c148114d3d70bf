// SPDX-License-Identifier: MIT
//
// Certificates as lines of values separated by commas; the first line names the columns.
#ifndef COMMAND_CSV_H
#define COMMAND_CSV_H

#include "base/record.h"

#include <stddef.h>

// enum csv_column names the columns.
enum csv_column { CSV_SERIAL, CSV_STATUS, CSV_REVOKED_AT, CSV_REASON, CSV_EXPIRES, CSV_COLUMNS };

// struct csv_columns is the order of the columns.
struct csv_columns {
    size_t n;
    enum csv_column columns[CSV_COLUMNS];
};

// csv_columns_read reads the first line, without its line feed, which it overwrites. Returns NULL,
// or what is wrong with it.
const char *csv_columns_read(char *line, struct csv_columns *out);

// csv_line_read is csv_columns_read() for one of the other lines. A revoked certificate must have a
// time; a good one has neither time nor reason.
const char *csv_line_read(const struct csv_columns *columns, char *line, uint8_t serial[SERIAL_MAX],
                          size_t *serial_len, struct record *out);

#endif
