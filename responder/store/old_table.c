// SPDX-License-Identifier: MIT
//
// An array of rows and a block of serial numbers, sorted once.
#include "store/old_table.h"

#include <stdlib.h>
#include <string.h>

// SORTED_AT_ONCE is how many rows are sorted between two checks for cancellation.
enum { FIRST_SIZE = 1024, SORTED_AT_ONCE = 1 << 15 };

// struct old_table_row is one certificate; `at` is where its serial number begins in the block, and
// `prefix` its first four octets, which usually suffice to compare two numbers without reading the
// block. A row has 32 octets only, because there may be millions.
struct old_table_row {
    size_t at;
    int64_t revoked_at;
    int64_t expires;
    uint8_t len;
    uint8_t status;
    bool has_reason;
    uint8_t reason;
    uint32_t prefix;
};

struct old_table *old_table_new(struct store_error *err)
{
    struct old_table *table = calloc(1, sizeof *table);
    if (table == NULL)
        store_fail_memory(err);
    else
        table->absent = RECORD_NOT_ISSUED;
    return table;
}

void old_table_free(struct old_table *table)
{
    if (table == NULL)
        return;
    free(table->rows);
    free(table->octets);
    free(table);
}

// Makes room for `more` elements of `element` octets after `n`, in a block that doubles.
static void *grow(void *block, size_t *size, size_t n, size_t more, size_t element,
                  struct store_error *err)
{
    if (n + more <= *size)
        return block;
    size_t wanted = *size == 0 ? FIRST_SIZE : *size * 2;
    void *grown = wanted > SIZE_MAX / element ? NULL : realloc(block, wanted * element);
    if (grown == NULL)
        store_fail_memory(err);
    else
        *size = wanted;
    return grown;
}

// Prefixes compare as the octets do: a number of fewer than four octets is filled up with zeros.
static uint32_t prefix_of(struct oc_bytes serial)
{
    uint32_t prefix = 0;
    for (size_t i = 0; i < sizeof prefix; i++)
        prefix = prefix << 8 | (i < serial.len ? serial.data[i] : 0);
    return prefix;
}

bool old_table_add(struct old_table *table, struct oc_bytes serial, const struct record *record,
                   struct store_error *err)
{
    struct old_table_row *rows = grow(table->rows, &table->size, table->n, 1, sizeof *rows, err);
    if (rows == NULL)
        return false;
    table->rows = rows;
    uint8_t *octets = grow(table->octets, &table->octets_size, table->octets_len, serial.len,
                           sizeof *octets, err);
    if (octets == NULL)
        return false;
    table->octets = octets;

    memcpy(octets + table->octets_len, serial.data, serial.len);
    rows[table->n++] = (struct old_table_row){
        .at = table->octets_len,
        .revoked_at = record->revoked_at,
        .expires = record->expires,
        .len = (uint8_t)serial.len,
        .status = (uint8_t)record->status,
        .has_reason = record->has_reason,
        .reason = record->reason,
        .prefix = prefix_of(serial),
    };
    table->octets_len += serial.len;
    return true;
}

bool old_table_is_wanted(const struct old_table *table, struct store_error *err)
{
    return table->is_cancelled == NULL || !atomic_load(table->is_cancelled) ||
           store_fail(err, STORE_FAULT_BUSY, "the store is being closed");
}

static struct oc_bytes serial_of(const struct old_table *table, const struct old_table_row *row)
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

static int compare_prefixes(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_rows(const void *a, const void *b, void *table)
{
    const struct old_table_row *row_a = a;
    const struct old_table_row *row_b = b;
    int order = compare_prefixes(row_a->prefix, row_b->prefix);
    return order != 0 ? order : compare(serial_of(table, row_a), serial_of(table, row_b));
}

// Merges two sorted runs, which begin at `begin` and at `middle`, into `out`.
static void merge(struct old_table *table, size_t begin, size_t middle, size_t end,
                  struct old_table_row *out)
{
    const struct old_table_row *rows = table->rows;
    size_t a = begin;
    size_t b = middle;
    for (size_t i = begin; i < end; i++) {
        bool is_a = b == end || (a < middle && compare_rows(&rows[a], &rows[b], table) <= 0);
        out[i] = rows[is_a ? a++ : b++];
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Merges runs of `len` into runs of twice that in `*spare`, then exchanges `*spare` for the rows.
static bool merge_runs(struct old_table *table, size_t len, struct old_table_row **spare,
                       struct store_error *err)
{
    for (size_t begin = 0; begin < table->n; begin += 2 * len) {
        size_t middle = least(begin + len, table->n);
        if (!old_table_is_wanted(table, err))
            return false;
        merge(table, begin, middle, least(begin + 2 * len, table->n), *spare);
    }
    struct old_table_row *rows = table->rows;
    table->rows = *spare;
    *spare = rows;
    table->size = table->n;
    return true;
}

static bool merge_all(struct old_table *table, struct store_error *err)
{
    if (table->n <= SORTED_AT_ONCE)
        return true;
    struct old_table_row *spare = malloc(table->n * sizeof *spare);
    if (spare == NULL)
        return store_fail_memory(err);
    bool ok = true;
    for (size_t len = SORTED_AT_ONCE; ok && len < table->n; len *= 2)
        ok = merge_runs(table, len, &spare, err);
    free(spare);
    return ok;
}

// Sorts in parts, because qsort_r() of millions of rows cannot be cancelled.
static bool sort(struct old_table *table, struct store_error *err)
{
    for (size_t at = 0; at < table->n; at += SORTED_AT_ONCE) {
        if (!old_table_is_wanted(table, err))
            return false;
        qsort_r(table->rows + at, least(table->n - at, SORTED_AT_ONCE), sizeof *table->rows,
                compare_rows, table);
    }
    return merge_all(table, err);
}

bool old_table_sort(struct old_table *table, struct oc_bytes *twice, struct store_error *err)
{
    *twice = (struct oc_bytes){0};
    if (!sort(table, err))
        return false;
    for (size_t i = 1; i < table->n; i++) {
        if (compare_rows(&table->rows[i - 1], &table->rows[i], table) != 0)
            continue;
        *twice = serial_of(table, &table->rows[i]);
        return false;
    }
    return true;
}

static int compare_row(const struct old_table *table, const struct old_table_row *row,
                       uint32_t prefix, struct oc_bytes serial)
{
    int order = compare_prefixes(row->prefix, prefix);
    return order != 0 ? order : compare(serial_of(table, row), serial);
}

// Returns the index of the first row that does not precede `serial`.
static size_t lower_bound(const struct old_table *table, struct oc_bytes serial)
{
    uint32_t prefix = prefix_of(serial);
    size_t low = 0;
    size_t high = table->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_row(table, &table->rows[middle], prefix, serial) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct record record_of(const struct old_table *table, const struct old_table_row *row)
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

void old_table_find(const struct old_table *table, struct oc_bytes serial, struct record *out)
{
    size_t at = lower_bound(table, serial);
    if (at < table->n && compare(serial_of(table, &table->rows[at]), serial) == 0)
        *out = record_of(table, &table->rows[at]);
    else
        *out = (struct record){.status = table->absent,
                               .this_update = table->this_update,
                               .next_update = table->next_update};
}

void old_table_list(const struct old_table *table, struct oc_bytes after, bool revoked_only,
                    bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    for (size_t i = lower_bound(table, after); i < table->n; i++) {
        const struct old_table_row *row = &table->rows[i];
        if (compare(serial_of(table, row), after) == 0 ||
            (revoked_only && row->status != RECORD_REVOKED))
            continue;
        const struct entry entry = {serial_of(table, row), record_of(table, row)};
        if (!each(arg, &entry))
            return;
    }
}

static bool is_equal(const struct old_table_row *a, const struct old_table_row *b)
{
    return a->status == b->status && a->revoked_at == b->revoked_at &&
           a->has_reason == b->has_reason && a->reason == b->reason && a->expires == b->expires;
}

// struct walk steps through two tables at the same time, in the order of serial numbers.
struct walk {
    const struct old_table *before;
    const struct old_table *now;
    size_t at_before;
    size_t at_now;
};

static bool next_difference(struct walk *walk, struct oc_bytes *serial)
{
    while (old_table_is_wanted(walk->now, NULL) &&
           (walk->at_before < walk->before->n || walk->at_now < walk->now->n)) {
        const struct old_table_row *before = &walk->before->rows[walk->at_before];
        const struct old_table_row *now = &walk->now->rows[walk->at_now];
        int order = walk->at_before == walk->before->n ? 1 : -1;
        if (order < 0 && walk->at_now < walk->now->n)
            order = compare_row(walk->before, before, now->prefix, serial_of(walk->now, now));
        walk->at_before += order <= 0;
        walk->at_now += order >= 0;
        if (order == 0 && is_equal(before, now))
            continue;
        *serial = order < 0 ? serial_of(walk->before, before) : serial_of(walk->now, now);
        return true;
    }
    return false;
}

// Another thisUpdate or nextUpdate changes the answer about every number, and so does another rule
// for numbers that are not in the file.
static bool is_another_answer(const struct old_table *before, const struct old_table *now)
{
    return before->this_update != now->this_update || before->next_update != now->next_update ||
           before->absent != now->absent;
}

void old_table_compare(const struct old_table *before, const struct old_table *now,
                       struct old_table_changes *out)
{
    struct walk walk = {.before = before, .now = now};
    struct oc_bytes serial;
    out->n = 0;
    out->is_everything = is_another_answer(before, now);
    while (!out->is_everything && next_difference(&walk, &serial)) {
        out->is_everything = out->n == OLD_TABLE_CHANGES_MAX;
        if (!out->is_everything)
            out->serials[out->n++] = serial;
    }
}

void old_table_report(const struct old_table_changes *found, const struct changes *changes)
{
    if (found->is_everything)
        changes->changed(changes->arg, NULL);
    for (size_t i = 0; i < found->n && !found->is_everything; i++)
        changes->changed(changes->arg, &found->serials[i]);
}
