// SPDX-License-Identifier: MIT
//
// Values have no quotes: none of them can contain a comma.
#include "command/csv.h"

#include "command/record.h"
#include "program/argument.h"

#include <string.h>

static const char *const names[CSV_COLUMNS] = {
    [CSV_SERIAL] = "serial", [CSV_STATUS] = "status",   [CSV_REVOKED_AT] = "revoked-at",
    [CSV_REASON] = "reason", [CSV_EXPIRES] = "expires",
};

// next_value cuts off the text before the next comma. `*line` is NULL after the last value.
static char *next_value(char **line)
{
    char *value = *line;
    char *comma = strchr(value, ',');
    if (comma != NULL)
        *comma++ = '\0';
    *line = comma;
    return value;
}

static void cut_return(char *line)
{
    size_t len = strlen(line);
    if (len > 0 && line[len - 1] == '\r')
        line[len - 1] = '\0';
}

static size_t find_name(const char *name)
{
    size_t i = 0;
    while (i < CSV_COLUMNS && strcmp(names[i], name) != 0)
        i++;
    return i;
}

const char *csv_columns_read(char *line, struct csv_columns *out)
{
    bool is_there[CSV_COLUMNS] = {false};
    out->n = 0;
    cut_return(line);
    while (line != NULL) {
        size_t column = find_name(next_value(&line));
        if (column == CSV_COLUMNS)
            return "unknown column in the first line: use serial, status, revoked-at, reason and "
                   "expires";
        if (is_there[column])
            return "duplicate column in the first line";
        is_there[column] = true;
        out->columns[out->n++] = (enum csv_column)column;
    }
    return is_there[CSV_SERIAL] && is_there[CSV_STATUS]
               ? NULL
               : "missing column in the first line: serial and status are needed";
}

// split sets the values of missing columns to "".
static bool split(const struct csv_columns *columns, char *line, const char *values[CSV_COLUMNS])
{
    for (size_t i = 0; i < CSV_COLUMNS; i++)
        values[i] = "";
    for (size_t i = 0; i < columns->n; i++) {
        if (line == NULL)
            return false;
        values[columns->columns[i]] = next_value(&line);
    }
    return line == NULL;
}

static const char *read_revocation(const char *const values[CSV_COLUMNS], struct record *out)
{
    if (!argument_time(values[CSV_REVOKED_AT], &out->revoked_at))
        return "invalid time in revoked-at";
    if (values[CSV_REASON][0] != '\0' && !reason_read(values[CSV_REASON], out))
        return "invalid reason";
    return NULL;
}

static const char *read_status(const char *const values[CSV_COLUMNS], struct record *out)
{
    bool is_revoked = strcmp(values[CSV_STATUS], "revoked") == 0;
    out->status = is_revoked ? RECORD_REVOKED : RECORD_GOOD;
    if (is_revoked)
        return read_revocation(values, out);
    if (strcmp(values[CSV_STATUS], "good") != 0)
        return "invalid status: use good or revoked";
    if (values[CSV_REVOKED_AT][0] != '\0' || values[CSV_REASON][0] != '\0')
        return "unexpected revoked-at or reason of a good certificate";
    return NULL;
}

const char *csv_line_read(const struct csv_columns *columns, char *line, uint8_t serial[SERIAL_MAX],
                          size_t *serial_len, struct record *out)
{
    const char *values[CSV_COLUMNS];
    *out = (struct record){0};
    cut_return(line);
    if (!split(columns, line, values))
        return "the number of values differs from that of the first line";
    if (!serial_read(values[CSV_SERIAL], SERIAL_BASE_DECIMAL, serial, SERIAL_MAX, serial_len))
        return "invalid serial number: write it like 0x01aa or 01:aa";
    if (values[CSV_EXPIRES][0] != '\0' && !argument_time(values[CSV_EXPIRES], &out->expires))
        return "invalid time in expires";
    return read_status(values, out);
}
