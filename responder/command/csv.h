// SPDX-License-Identifier: MIT
//
// Certificates as lines of separated values, as spreadsheets write them (RFC 4180): the first line
// names the columns.
#ifndef COMMAND_CSV_H
#define COMMAND_CSV_H

#include "base/record.h"
#include "program/serial.h"

#include <stddef.h>

// enum csv_column names the columns; CSV_OTHER is any other, which is ignored.
enum csv_column {
    CSV_SERIAL,
    CSV_STATUS,
    CSV_REVOKED_AT,
    CSV_REASON,
    CSV_EXPIRES,
    CSV_OTHER,
};

enum { CSV_COLUMNS_MAX = 256, CSV_WHY = 640 };

// struct csv is how a file is read. The caller sets `base` and `date_format`, which is a format for
// strptime(3) or NULL; csv_columns_read() sets the separator and the columns, and the names of the
// ignored ones, as text that is empty if there are none. `marked_line` and `bare_line` are the
// first lines whose serial number has a mark (0x or colons) and has none.
struct csv {
    enum serial_base base;
    const char *date_format;
    char separator;
    size_t n;
    enum csv_column columns[CSV_COLUMNS_MAX];
    char others[256];
    int64_t marked_line;
    int64_t bare_line;
    char why[CSV_WHY];
};

// struct csv_row is one line. `is_empty` is set if it has no values.
struct csv_row {
    bool is_empty;
    uint8_t serial[SERIAL_MAX];
    size_t serial_len;
    struct record record;
};

// csv_columns_read reads the first line, of `len` octets without its line feed, which it
// overwrites. Returns NULL, or what is wrong with it.
const char *csv_columns_read(struct csv *csv, char *line, size_t len);

// csv_line_read is csv_columns_read() for line `number`, one of the others. A revoked certificate
// must have a time; a good one has neither time nor reason.
const char *csv_line_read(struct csv *csv, char *line, size_t len, int64_t number,
                          struct csv_row *out);

// csv_mix returns what is wrong if the serial numbers are not all written with a mark or all
// without, or NULL.
const char *csv_mix(struct csv *csv);

#endif
