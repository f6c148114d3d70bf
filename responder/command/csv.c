// SPDX-License-Identifier: MIT
//
// Values are cut out of the line in place: quotes and the spaces around a value are removed.
#include "command/csv.h"

#include "command/csv_time.h"
#include "command/record.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// SHOWN is how many octets of an invalid value are repeated.
enum { SHOWN = 80 };

static const char *const names[] = {
    [CSV_SERIAL] = "serial", [CSV_STATUS] = "status",   [CSV_REVOKED_AT] = "revoked-at",
    [CSV_REASON] = "reason", [CSV_EXPIRES] = "expires",
};

// struct csv_cursor is the rest of a line; `at` is NULL after the last value.
struct csv_cursor {
    char *at;
    char separator;
    const char *wrong;
};

static bool is_space(const struct csv_cursor *cursor, char c)
{
    return c == ' ' || (c == '\t' && cursor->separator != '\t');
}

// Ends the value at `end`, in front of the separator `*at` or the end of the line, and returns it.
static char *cut(struct csv_cursor *cursor, char *begin, char *end, char *at)
{
    cursor->at = *at == '\0' ? NULL : at + 1;
    while (end > begin && is_space(cursor, end[-1]))
        end--;
    *end = '\0';
    while (is_space(cursor, *begin))
        begin++;
    return begin;
}

static char *fail(struct csv_cursor *cursor, char *value, const char *wrong)
{
    cursor->wrong = wrong;
    cursor->at = NULL;
    return value;
}

// quoted-value = DQUOTE *(TEXTDATA / COMMA / 2DQUOTE) DQUOTE
static char *next_quoted(struct csv_cursor *cursor, char *begin)
{
    char *in = begin + 1;
    char *out = begin;
    while (*in != '\0' && (in[0] != '"' || in[1] == '"')) {
        in += in[0] == '"';
        *out++ = *in++;
    }
    if (*in == '\0')
        return fail(cursor, begin, "unsupported line break inside quotes");
    in++;
    while (is_space(cursor, *in))
        in++;
    if (*in != '\0' && *in != cursor->separator)
        return fail(cursor, begin, "unexpected text after a value in quotes");
    return cut(cursor, begin, out, in);
}

static char *next_value(struct csv_cursor *cursor)
{
    char *begin = cursor->at;
    while (is_space(cursor, *begin))
        begin++;
    if (*begin == '"')
        return next_quoted(cursor, begin);
    char *end = begin;
    while (*end != '\0' && *end != cursor->separator)
        end++;
    return cut(cursor, begin, end, end);
}

static const char *prepare(char *line, size_t len)
{
    if (memchr(line, '\0', len) != NULL)
        return "unexpected NUL byte";
    if (len > 0 && line[len - 1] == '\r')
        line[len - 1] = '\0';
    return NULL;
}

static enum csv_column find_name(const char *name)
{
    for (size_t i = 0; i < CSV_OTHER; i++) {
        if (strcasecmp(names[i], name) == 0)
            return (enum csv_column)i;
    }
    return CSV_OTHER;
}

static void note_other(struct csv *csv, const char *name)
{
    size_t n = strlen(csv->others);
    snprintf(csv->others + n, sizeof csv->others - n, "%s\"%.60s\"", n > 0 ? ", " : "", name);
}

static const char *add_column(struct csv *csv, bool is_there[CSV_OTHER + 1], const char *name)
{
    enum csv_column column = find_name(name);
    if (csv->n == CSV_COLUMNS_MAX)
        return "more than 256 columns in the first line";
    if (column == CSV_OTHER)
        note_other(csv, name);
    else if (is_there[column])
        return "duplicate column in the first line";
    is_there[column] = true;
    csv->columns[csv->n++] = column;
    return NULL;
}

static const char *read_columns(struct csv *csv, char *line)
{
    struct csv_cursor cursor = {.at = line, .separator = csv->separator};
    bool is_there[CSV_OTHER + 1] = {false};
    const char *wrong = NULL;
    csv->n = 0;
    csv->others[0] = '\0';
    while (cursor.at != NULL && wrong == NULL) {
        const char *name = next_value(&cursor);
        wrong = cursor.wrong != NULL ? cursor.wrong : add_column(csv, is_there, name);
    }
    if (wrong != NULL)
        return wrong;
    return is_there[CSV_SERIAL] && is_there[CSV_STATUS]
               ? NULL
               : "missing column in the first line: serial and status are needed";
}

// The separator is the first of the three that occurs outside quotes.
static char find_separator(const char *line)
{
    bool is_quoted = false;
    for (; *line != '\0'; line++) {
        if (*line == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && strchr(",;\t", *line) != NULL)
            return *line;
    }
    return ',';
}

const char *csv_columns_read(struct csv *csv, char *line, size_t len)
{
    static const char bom[] = "\xEF\xBB\xBF";
    if (len >= 2 && (memcmp(line, "\xFF\xFE", 2) == 0 || memcmp(line, "\xFE\xFF", 2) == 0))
        return "unsupported encoding UTF-16: save the file in UTF-8";
    const char *wrong = prepare(line, len);
    if (wrong != NULL)
        return wrong;
    if (strncmp(line, bom, strlen(bom)) == 0)
        line += strlen(bom);
    csv->separator = find_separator(line);
    return read_columns(csv, line);
}

// Sets the values of absent columns to "", and those that are written as a hyphen.
static const char *split(const struct csv *csv, char *line, const char *values[CSV_OTHER + 1],
                         bool *is_empty)
{
    static const char differs[] = "the number of values differs from that of the first line";
    struct csv_cursor cursor = {.at = line, .separator = csv->separator};
    *is_empty = true;
    for (size_t i = 0; i <= CSV_OTHER; i++)
        values[i] = "";
    for (size_t i = 0; i < csv->n; i++) {
        if (cursor.at == NULL)
            return differs;
        const char *value = next_value(&cursor);
        if (cursor.wrong != NULL)
            return cursor.wrong;
        *is_empty = *is_empty && value[0] == '\0';
        values[csv->columns[i]] = strcmp(value, "-") == 0 ? "" : value;
    }
    return cursor.at == NULL ? NULL : differs;
}

static const char *read_time(struct csv *csv, const char *column, const char *value, int64_t *out)
{
    if (csv_time(value, csv->date_format, out))
        return NULL;
    if (csv->date_format != NULL)
        snprintf(csv->why, sizeof csv->why,
                 "invalid time \"%.*s\" in %s: not as --date-format says", SHOWN, value, column);
    else
        snprintf(csv->why, sizeof csv->why,
                 "invalid time \"%.*s\" in %s: write it like 2024-04-03T12:00:00Z, or use "
                 "--date-format",
                 SHOWN, value, column);
    return csv->why;
}

static const char *read_revocation(struct csv *csv, const char *const values[], struct record *out)
{
    if (values[CSV_REVOKED_AT][0] == '\0')
        return "missing revoked-at of a revoked certificate";
    const char *wrong = read_time(csv, "revoked-at", values[CSV_REVOKED_AT], &out->revoked_at);
    if (wrong != NULL)
        return wrong;
    if (values[CSV_REASON][0] != '\0' && !reason_read_any_case(values[CSV_REASON], out))
        return "invalid reason";
    return NULL;
}

static const char *read_record(struct csv *csv, const char *const values[], struct record *out)
{
    const char *status = values[CSV_STATUS];
    const char *expires = values[CSV_EXPIRES];
    bool is_revoked = strcasecmp(status, "revoked") == 0;
    const char *wrong =
        expires[0] == '\0' ? NULL : read_time(csv, "expires", expires, &out->expires);
    if (wrong != NULL)
        return wrong;
    out->status = is_revoked ? RECORD_REVOKED : RECORD_GOOD;
    if (is_revoked)
        return read_revocation(csv, values, out);
    if (strcasecmp(status, "good") != 0)
        return "invalid status: use good or revoked";
    if (values[CSV_REVOKED_AT][0] != '\0' || values[CSV_REASON][0] != '\0')
        return "unexpected revoked-at or reason of a good certificate";
    return NULL;
}

static const char *read_serial(struct csv *csv, const char *text, int64_t number,
                               struct csv_row *out)
{
    int64_t *first =
        serial_kind_of(text) == SERIAL_KIND_MARKED ? &csv->marked_line : &csv->bare_line;
    if (!serial_read(text, csv->base, out->serial, SERIAL_MAX, &out->serial_len))
        return serial_why(text, csv->base, SERIAL_MAX, csv->why, sizeof csv->why);
    if (*first == 0)
        *first = number;
    return NULL;
}

const char *csv_line_read(struct csv *csv, char *line, size_t len, int64_t number,
                          struct csv_row *out)
{
    const char *values[CSV_OTHER + 1];
    out->record = (struct record){0};
    const char *wrong = prepare(line, len);
    if (wrong == NULL)
        wrong = split(csv, line, values, &out->is_empty);
    if (wrong != NULL || out->is_empty)
        return wrong;
    wrong = read_serial(csv, values[CSV_SERIAL], number, out);
    return wrong != NULL ? wrong : read_record(csv, values, &out->record);
}

const char *csv_mix(struct csv *csv)
{
    if (csv->marked_line == 0 || csv->bare_line == 0)
        return NULL;
    snprintf(csv->why, sizeof csv->why,
             "mixed serial numbers: line %lld has 0x or colons, and line %lld digits alone",
             (long long)csv->marked_line, (long long)csv->bare_line);
    return csv->why;
}
