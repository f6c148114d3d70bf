// SPDX-License-Identifier: MIT
//
// An array of rows with their serial numbers in a block of its own, sorted once.
#include "table.h"

#include "store_kind.h"

#include <stdlib.h>
#include <string.h>

// Beyond so many differences it is cheaper to take everything for changed.
enum { CHANGES_TOLD = 1000, FIRST_SIZE = 1024 };

// struct row is one certificate; `at` is where its serial number begins. In 32 octets, since
// there may be millions.
struct row {
    size_t at;
    int64_t revoked_at;
    int64_t expires;
    uint8_t len;
    uint8_t status;
    bool has_reason;
    uint8_t reason;
};

struct table *table_new(void)
{
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL)
        store_fail_memory();
    else
        table->absent = RECORD_NOT_ISSUED;
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    free(table->rows);
    free(table->octets);
    free(table);
}

// Room for `more` elements of `element` octets behind `n`, in a block that doubles.
static void *grow(void *block, size_t *size, size_t n, size_t more, size_t element)
{
    if (n + more <= *size)
        return block;
    size_t wanted = *size == 0 ? FIRST_SIZE : *size * 2;
    void *grown = wanted > SIZE_MAX / element ? NULL : realloc(block, wanted * element);
    if (grown == NULL)
        store_fail_memory();
    else
        *size = wanted;
    return grown;
}

bool table_add(struct table *table, struct oc_bytes serial, const struct record *record)
{
    struct row *rows = grow(table->rows, &table->size, table->n, 1, sizeof *rows);
    if (rows == NULL)
        return false;
    table->rows = rows;
    uint8_t *octets =
        grow(table->octets, &table->octets_size, table->octets_len, serial.len, sizeof *octets);
    if (octets == NULL)
        return false;
    table->octets = octets;

    memcpy(octets + table->octets_len, serial.data, serial.len);
    rows[table->n++] = (struct row){
        .at = table->octets_len,
        .revoked_at = record->revoked_at,
        .expires = record->expires,
        .len = (uint8_t)serial.len,
        .status = (uint8_t)record->status,
        .has_reason = record->has_reason,
        .reason = record->reason,
    };
    table->octets_len += serial.len;
    return true;
}

static struct oc_bytes serial_of(const struct table *table, const struct row *row)
{
    return (struct oc_bytes){table->octets + row->at, row->len};
}

static int compare(struct oc_bytes a, struct oc_bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.data, b.data, len);
    if (order != 0 || a.len == b.len)
        return order;
    return a.len < b.len ? -1 : 1;
}

static int compare_rows(const void *a, const void *b, void *table)
{
    return compare(serial_of(table, a), serial_of(table, b));
}

bool table_sort(struct table *table, struct oc_bytes *twice)
{
    if (table->n > 1)
        qsort_r(table->rows, table->n, sizeof *table->rows, compare_rows, table);
    for (size_t i = 1; i < table->n; i++) {
        *twice = serial_of(table, &table->rows[i]);
        if (compare(serial_of(table, &table->rows[i - 1]), *twice) == 0)
            return false;
    }
    return true;
}

// The first row that does not stand before `serial`.
static size_t find_place(const struct table *table, struct oc_bytes serial)
{
    size_t low = 0;
    size_t high = table->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(serial_of(table, &table->rows[middle]), serial) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct record record_of(const struct table *table, const struct row *row)
{
    return (struct record){
        .status = (enum record_status)row->status,
        .revoked_at = row->revoked_at,
        .has_reason = row->has_reason,
        .reason = row->reason,
        .expires = row->expires,
        .this_update = table->this_update,
        .next_update = table->next_update,
    };
}

void table_find(const struct table *table, struct oc_bytes serial, struct record *out)
{
    size_t at = find_place(table, serial);
    if (at < table->n && compare(serial_of(table, &table->rows[at]), serial) == 0)
        *out = record_of(table, &table->rows[at]);
    else
        *out = (struct record){.status = table->absent,
                               .this_update = table->this_update,
                               .next_update = table->next_update};
}

void table_list(const struct table *table, struct oc_bytes after, bool revoked_only,
                bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    for (size_t i = find_place(table, after); i < table->n; i++) {
        const struct row *row = &table->rows[i];
        if (compare(serial_of(table, row), after) == 0 ||
            (revoked_only && row->status != RECORD_REVOKED))
            continue;
        const struct entry entry = {serial_of(table, row), record_of(table, row)};
        if (!each(arg, &entry))
            return;
    }
}

static bool is_equal(const struct row *a, const struct row *b)
{
    return a->status == b->status && a->revoked_at == b->revoked_at &&
           a->has_reason == b->has_reason && a->reason == b->reason && a->expires == b->expires;
}

// struct walk goes through two tables at once, number by number.
struct walk {
    const struct table *before;
    const struct table *now;
    size_t at_before;
    size_t at_now;
};

static bool next_difference(struct walk *walk, struct oc_bytes *serial)
{
    while (walk->at_before < walk->before->n || walk->at_now < walk->now->n) {
        const struct row *before = &walk->before->rows[walk->at_before];
        const struct row *now = &walk->now->rows[walk->at_now];
        int order = walk->at_before == walk->before->n ? 1 : -1;
        if (order < 0 && walk->at_now < walk->now->n)
            order = compare(serial_of(walk->before, before), serial_of(walk->now, now));
        walk->at_before += order <= 0;
        walk->at_now += order >= 0;
        if (order == 0 && is_equal(before, now))
            continue;
        *serial = order < 0 ? serial_of(walk->before, before) : serial_of(walk->now, now);
        return true;
    }
    return false;
}

// A file of another time is another answer for every number, and so is another rule for those
// that are not in it.
static bool is_all_different(const struct table *before, const struct table *now)
{
    if (before->this_update != now->this_update || before->next_update != now->next_update ||
        before->absent != now->absent)
        return true;
    struct walk walk = {.before = before, .now = now};
    struct oc_bytes serial;
    size_t n = 0;
    while (n <= CHANGES_TOLD && next_difference(&walk, &serial))
        n++;
    return n > CHANGES_TOLD;
}

void table_tell(const struct table *before, const struct table *now, const struct changes *changes)
{
    if (is_all_different(before, now)) {
        changes->changed(changes->arg, NULL);
        return;
    }
    struct walk walk = {.before = before, .now = now};
    struct oc_bytes serial;
    while (next_difference(&walk, &serial))
        changes->changed(changes->arg, &serial);
}
