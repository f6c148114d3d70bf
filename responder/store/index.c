// SPDX-License-Identifier: MIT
//
// The store that is OpenSSL's index.txt. One broken line is one status that is not known, and one
// that may have been lost with it: then the whole file is not believed.
#include "store/file.h"
#include "store/index_line.h"
#include "store/kind.h"

#include <stdio.h>
#include <string.h>

// Some ten million certificates.
#define INDEX_MAX ((size_t)1 << 30)

static bool add_line(struct table *table, const char *path, size_t number, char *line, size_t len)
{
    uint8_t serial[SERIAL_MAX];
    size_t serial_len;
    struct record record;
    if (index_line_is_empty(line, len))
        return true;
    const char *wrong = index_line_read(line, len, serial, &serial_len, &record);
    if (wrong != NULL)
        return store_fail(STORE_FAULT_DATA, "%s:%zu: %s", path, number, wrong);
    return table_add(table, (struct oc_bytes){serial, serial_len}, &record);
}

static bool add_lines(struct table *table, const char *path, char *text, size_t len)
{
    size_t number = 1;
    for (size_t at = 0; at < len; number++) {
        char *end = memchr(text + at, '\n', len - at);
        if (end == NULL)
            return store_fail(STORE_FAULT_DATA, "%s:%zu: the last line is not ended", path, number);
        size_t line_len = (size_t)(end - (text + at));
        if (!table_goes_on(table) || !add_line(table, path, number, text + at, line_len))
            return false;
        at += line_len + 1;
    }
    return true;
}

static bool fail_twice(const char *path, struct oc_bytes serial)
{
    char text[2 * SERIAL_MAX + 1] = "";
    for (size_t i = 0; i < serial.len; i++)
        snprintf(text + 2 * i, 3, "%02X", (unsigned)serial.data[i]);
    return store_fail(STORE_FAULT_DATA, "%s: the serial number %s is there twice", path, text);
}

static bool read_index(void *arg, const char *path, char *text, size_t len,
                       const struct table *before, struct table *table)
{
    (void)arg;
    (void)before;
    struct oc_bytes twice;
    if (!add_lines(table, path, text, len))
        return false;
    if (table_sort(table, &twice))
        return true;
    return twice.data == NULL ? false : fail_twice(path, twice);
}

struct store *store_index_open(const struct issuer_config *config)
{
    static const struct file_kind kind = {
        .name = "index",
        .max_len = INDEX_MAX,
        .read = read_index,
    };
    return store_file_open(&kind, config->source_file);
}
