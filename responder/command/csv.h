// SPDX-License-Identifier: MIT
//
// Certificates in lines of values with commas between them, under a line with their names.
#ifndef COMMAND_CSV_H
#define COMMAND_CSV_H

#include "base/record.h"

#include <stddef.h>

// enum csv_column names the columns.
enum csv_column { CSV_SERIAL, CSV_STATUS, CSV_REVOKED_AT, CSV_REASON, CSV_EXPIRES, CSV_COLUMNS };

// struct csv_columns says which column stands where.
struct csv_columns {
    size_t n;
    enum csv_column columns[CSV_COLUMNS];
};

// csv_columns_read reads the first line, without its end, and csv_line_read one of the others; the
// octets at `line` and the NUL behind them are changed. Both return NULL, or what is wrong. A line
// of a revoked certificate has a time, one of a good certificate neither time nor reason.
const char *csv_columns_read(char *line, struct csv_columns *out);
const char *csv_line_read(const struct csv_columns *columns, char *line, uint8_t serial[SERIAL_MAX],
                          size_t *serial_len, struct record *out);

#endif
