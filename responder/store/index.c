// SPDX-License-Identifier: MIT
//
// Reads OpenSSL's index.txt. An invalid line means an unknown status, and perhaps a lost line; so
// the whole file is refused.
#include "store/index.h"

#include "store/index_line.h"
#include "store/old_file.h"

#include <stdio.h>
#include <string.h>

// INDEX_MAX is enough for some ten million certificates.
#define INDEX_MAX ((size_t)1 << 30)

static bool add_line(struct old_table *table, const char *path, size_t number, char *line,
                     size_t len, struct store_error *err)
{
    struct index_row row;
    if (index_line_is_empty(line, len))
        return true;
    const char *wrong = index_line_read(line, len, &row);
    if (wrong == NULL)
        wrong = row.odd;
    if (wrong != NULL)
        return store_fail(err, STORE_FAULT_DATA, "%s:%zu: %s", path, number, wrong);
    return old_table_add(table, (struct oc_bytes){row.serial, row.serial_len}, &row.record, err);
}

static bool add_lines(struct old_table *table, const char *path, char *text, size_t len,
                      struct store_error *err)
{
    size_t number = 1;
    for (size_t at = 0; at < len; number++) {
        char *end = memchr(text + at, '\n', len - at);
        if (end == NULL)
            return store_fail(err, STORE_FAULT_DATA, "%s:%zu: missing newline after the last line",
                              path, number);
        size_t line_len = (size_t)(end - (text + at));
        if (!old_table_is_wanted(table, err) ||
            !add_line(table, path, number, text + at, line_len, err))
            return false;
        at += line_len + 1;
    }
    return true;
}

static bool fail_twice(const char *path, struct oc_bytes serial, struct store_error *err)
{
    char text[2 * SERIAL_MAX + 1] = "";
    for (size_t i = 0; i < serial.len; i++)
        snprintf(text + 2 * i, 3, "%02X", (unsigned)serial.data[i]);
    return store_fail(err, STORE_FAULT_DATA, "%s: unexpected second line with the serial number %s",
                      path, text);
}

static bool read_index(void *arg, const char *path, char *text, size_t len,
                       const struct old_table *before, struct old_table *table,
                       struct store_error *err)
{
    (void)arg;
    (void)before;
    struct oc_bytes twice;
    if (!add_lines(table, path, text, len, err))
        return false;
    if (old_table_sort(table, &twice, err))
        return true;
    return twice.data == NULL ? false : fail_twice(path, twice, err);
}

struct store *index_store_open(const char *path, struct store_error *err)
{
    static const struct old_file_kind kind = {.max_len = INDEX_MAX, .read = read_index};
    return old_file_store_open(&kind, path, err);
}
