// SPDX-License-Identifier: MIT
//
// Packed rows and a hash table of where they begin, with open addressing and linear probing.
//
// A row is an octet of status, date flag and reason, the length of the serial number, the time of
// revocation, with `has_expires` the end of validity, and the serial number. Times have 40 bits.
#include "store/table.h"

#include <ocsp/extension.h>

#include <ocsp/extension.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum {
    TIME_LEN = 5,
    NO_REASON = 15,
    SIZE_STEP = 4096,
};

// Seconds since 1970 of the years 1 to 9999 have 39 bits and a sign.
#define TIME_BIAS (INT64_C(1) << 39)

struct table *table_new(bool has_expires, struct store_error *err)
{
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL || getrandom(&table->seed, sizeof table->seed, 0) != sizeof table->seed) {
        free(table);
        store_fail_memory(err);
        return NULL;
    }
    table->has_expires = has_expires;
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    free(table->rows);
    free(table->slots);
    free(table);
}

bool table_is_wanted(const struct table *table, struct store_error *err)
{
    return table->is_cancelled == NULL || !atomic_load(table->is_cancelled) ||
           store_fail(err, STORE_FAULT_BUSY, "the store is being closed");
}

// Rows.

static size_t head_len(const struct table *table)
{
    return 2 + (table->has_expires ? 2 * TIME_LEN : TIME_LEN);
}

static void put_time(uint8_t out[TIME_LEN], int64_t time)
{
    int64_t bounded = time < -TIME_BIAS ? -TIME_BIAS : time;
    uint64_t value = (uint64_t)((bounded < TIME_BIAS ? bounded : TIME_BIAS - 1) + TIME_BIAS);
    for (size_t i = 0; i < TIME_LEN; i++)
        out[i] = (uint8_t)(value >> (8 * (TIME_LEN - 1 - i)));
}

static int64_t get_time(const uint8_t in[TIME_LEN])
{
    uint64_t value = 0;
    for (size_t i = 0; i < TIME_LEN; i++)
        value = value << 8 | in[i];
    return (int64_t)value - TIME_BIAS;
}

// The status RECORD_NONE is in no table, so that the others fit into two bits.
static void put_record(const struct table *table, uint8_t *out, const struct table_row *row)
{
    const struct record *record = &row->record;
    unsigned reason = record->has_reason ? record->reason : NO_REASON;
    out[0] = (uint8_t)(((unsigned)record->status - RECORD_NOT_ISSUED) |
                       (unsigned)row->has_no_date << 2 | reason << 3);
    put_time(out + 2, record->revoked_at);
    if (table->has_expires)
        put_time(out + 2 + TIME_LEN, record->expires);
}

static struct oc_bytes serial_at(const struct table *table, size_t at)
{
    return (struct oc_bytes){table->rows + at + head_len(table), table->rows[at + 1]};
}

static struct table_row row_at(const struct table *table, size_t at)
{
    const uint8_t *in = table->rows + at;
    unsigned reason = in[0] >> 3;
    return (struct table_row){
        .serial = serial_at(table, at),
        .record = {.status = (enum record_status)((in[0] & 3) + RECORD_NOT_ISSUED),
                   .revoked_at = get_time(in + 2),
                   .has_reason = reason != NO_REASON,
                   .reason = reason != NO_REASON ? (uint8_t)reason : 0,
                   .expires = table->has_expires ? get_time(in + 2 + TIME_LEN) : 0},
        .has_no_date = (in[0] & 4) != 0,
        .at = at,
    };
}

// Blocks of more than some megabytes grow without being copied, by mremap(2), and what is not
// written yet has no pages.
static bool reserve_rows(struct table *table, size_t more, struct store_error *err)
{
    if (more <= table->size - table->len)
        return true;
    if (more > UINT32_MAX - table->len)
        return store_fail(err, STORE_FAULT_DATA, "too many rows: more than 4 GiB");
    size_t size = table->len + more + table->size / 8 + SIZE_STEP;
    uint8_t *rows = realloc(table->rows, size);
    if (rows == NULL)
        return store_fail_memory(err);
    table->rows = rows;
    table->size = size;
    return true;
}

bool table_add(struct table *table, const struct table_row *row, struct store_error *err)
{
    if (!reserve_rows(table, head_len(table) + row->serial.len, err))
        return false;
    uint8_t *out = table->rows + table->len;
    put_record(table, out, row);
    out[1] = (uint8_t)row->serial.len;
    memcpy(out + head_len(table), row->serial.data, row->serial.len);
    table->len += head_len(table) + row->serial.len;
    table->n++;
    return true;
}

void table_set(struct table *table, size_t at, const struct table_row *row)
{
    put_record(table, table->rows + at, row);
}

bool table_next(const struct table *table, size_t *at, struct table_row *out)
{
    if (*at >= table->len)
        return false;
    *out = row_at(table, *at);
    *at += head_len(table) + out->serial.len;
    return true;
}

// The hash table.

static size_t first_slot(const struct table *table, struct oc_bytes serial)
{
    uint64_t hash = XXH3_64bits_withSeed(serial.data, serial.len, table->seed);
    return (size_t)((hash >> 32) * table->n_slots >> 32);
}

static size_t next_slot(const struct table *table, size_t slot)
{
    return slot + 1 < table->n_slots ? slot + 1 : 0;
}

static bool has_serial(const struct table *table, size_t at, struct oc_bytes serial)
{
    return table->rows[at + 1] == serial.len &&
           memcmp(table->rows + at + head_len(table), serial.data, serial.len) == 0;
}

static void insert(struct table *table, size_t at)
{
    struct oc_bytes serial = serial_at(table, at);
    size_t slot = first_slot(table, serial);
    bool is_repeated = false;
    for (; table->slots[slot] != 0; slot = next_slot(table, slot))
        is_repeated = is_repeated || has_serial(table, table->slots[slot] - 1, serial);
    table->slots[slot] = (uint32_t)at + 1;
    table->n_repeated += is_repeated;
}

// A new hash table is three quarters full, and another one is made when it is full to five sixths:
// beyond that, looking up what is not there takes long.
static bool fits(const struct table *table, size_t n)
{
    return n <= table->n_slots / 6 * 5;
}

bool table_has_room(const struct table *table, size_t n_more)
{
    return fits(table, table->n + n_more);
}

static bool make_slots(struct table *table, size_t n, struct store_error *err)
{
    if (fits(table, n))
        return true;
    // A table that has grown before will grow again.
    size_t wanted = table->n_slots == 0 ? n : n + n / 2;
    if (wanted < table->n_expected)
        wanted = table->n_expected;
    size_t n_slots = wanted / 3 * 4 + 16;
    uint32_t *slots = calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return store_fail_memory(err);
    free(table->slots);
    table->slots = slots;
    table->n_slots = n_slots;
    table->indexed_len = 0;
    table->n_repeated = 0;
    return true;
}

static bool index_rows(struct table *table, struct store_error *err)
{
    while (table->indexed_len < table->len) {
        size_t at = table->indexed_len;
        if (!table_is_wanted(table, err))
            return false;
        insert(table, at);
        table->indexed_len += head_len(table) + table->rows[at + 1];
    }
    return true;
}

bool table_index(struct table *table, struct store_error *err)
{
    return make_slots(table, table->n, err) && index_rows(table, err);
}

bool table_reserve(struct table *table, const struct table *more, struct store_error *err)
{
    return reserve_rows(table, more->len, err) && make_slots(table, table->n + more->n, err) &&
           index_rows(table, err);
}

// struct probe steps through the rows of one serial number, in the order in which they were
// indexed.
struct probe {
    const struct table *table;
    struct oc_bytes serial;
    size_t slot;
};

static struct probe probe_begin(const struct table *table, struct oc_bytes serial)
{
    return (struct probe){table, serial, table->n_slots == 0 ? 0 : first_slot(table, serial)};
}

static bool probe_next(struct probe *probe, size_t *at)
{
    const struct table *table = probe->table;
    while (table->n_slots > 0 && table->slots[probe->slot] != 0) {
        *at = table->slots[probe->slot] - 1;
        probe->slot = next_slot(table, probe->slot);
        if (has_serial(table, *at, probe->serial))
            return true;
    }
    return false;
}

static int rank(const struct table_row *row)
{
    switch (row->record.status) {
    case RECORD_REVOKED:
        return row->has_no_date ? 4 : 5;
    case RECORD_UNCERTAIN:
        return 3;
    case RECORD_GOOD:
        return 2;
    default:
        return 1;
    }
}

static bool outranks(const struct table_row *a, const struct table_row *b)
{
    if (rank(a) != rank(b))
        return rank(a) > rank(b);
    return a->record.status == RECORD_REVOKED && a->record.revoked_at < b->record.revoked_at;
}

static bool is_hold(const struct record *record)
{
    return record->has_reason && record->reason == OC_REASON_CERTIFICATE_HOLD;
}

// A revocation for good counts before a hold, from the date of the earlier one.
static void merge(struct table_row other, struct table_row *out)
{
    if (outranks(&other, out)) {
        struct table_row before = *out;
        *out = other;
        other = before;
    }
    if (other.record.status != RECORD_REVOKED || !is_hold(&out->record) || is_hold(&other.record))
        return;
    out->record.has_reason = other.record.has_reason;
    out->record.reason = other.record.reason;
}

bool table_find(const struct table *table, struct oc_bytes serial, struct table_row *out)
{
    struct probe probe = probe_begin(table, serial);
    size_t at;
    bool is_found = probe_next(&probe, &at);
    *out = is_found ? row_at(table, at) : (struct table_row){0};
    while (is_found && table->n_repeated > 0 && probe_next(&probe, &at)) {
        merge(row_at(table, at), out);
    }
    return is_found;
}

void table_inherit_dates(struct table *table, const struct table *before)
{
    struct table_row row;
    struct table_row old;
    for (size_t at = 0; table_next(table, &at, &row);) {
        if (!row.has_no_date || !table_find(before, row.serial, &old) || !old.has_no_date)
            continue;
        row.record.revoked_at = old.record.revoked_at;
        table_set(table, row.at, &row);
    }
}

bool table_is_repeated(const struct table *table, size_t at)
{
    struct probe probe = probe_begin(table, serial_at(table, at));
    size_t first = at;
    return table->n_repeated > 0 && probe_next(&probe, &first) && first != at;
}

// Returns the place behind the first row of a serial number, at the end if there is none.
static size_t place_after(const struct table *table, struct oc_bytes serial)
{
    struct probe probe = probe_begin(table, serial);
    size_t at;
    return probe_next(&probe, &at) ? at + head_len(table) + serial.len : table->len;
}

// table_next() for serial numbers instead of rows: of several rows, the record is the one that
// counts.
static bool next_serial(const struct table *table, size_t *at, struct table_row *out)
{
    while (table_next(table, at, out)) {
        if (!table_is_repeated(table, out->at))
            return table->n_repeated == 0 || table_find(table, out->serial, out);
    }
    return false;
}

void table_list(const struct table *table, struct oc_bytes after, bool revoked_only,
                bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    size_t at = after.len == 0 ? 0 : place_after(table, after);
    struct table_row row;
    while (next_serial(table, &at, &row)) {
        if (revoked_only && row.record.status != RECORD_REVOKED)
            continue;
        const struct entry entry = {row.serial, row.record};
        if (!each(arg, &entry))
            return;
    }
}

// Comparing.

static bool is_equal(const struct table_row *a, const struct table_row *b)
{
    return record_equal(&a->record, &b->record) && a->record.expires == b->record.expires;
}

static void note(struct table_changes *out, struct oc_bytes serial)
{
    out->is_everything = out->n == TABLE_CHANGES_MAX;
    if (!out->is_everything)
        out->serials[out->n++] = serial;
}

// table_find() for the rows of another table one after the other. Most have the same order in both,
// so the row at `*next` is tried first: that needs no look-up.
static bool find_next(const struct table *table, struct oc_bytes serial, size_t *next,
                      struct table_row *out)
{
    if (table->n_repeated == 0 && *next < table->len && has_serial(table, *next, serial))
        *out = row_at(table, *next);
    else if (!table_find(table, serial, out))
        return false;
    *next = out->at + head_len(table) + out->serial.len;
    return true;
}

static void note_changed(const struct table *before, const struct table *now,
                         struct table_changes *out)
{
    struct table_row row;
    struct table_row other;
    size_t next = 0;
    for (size_t at = 0;
         !out->is_everything && table_is_wanted(now, NULL) && next_serial(now, &at, &row);) {
        if (!find_next(before, row.serial, &next, &other) || !is_equal(&other, &row))
            note(out, row.serial);
    }
}

static void note_gone(const struct table *before, const struct table *now,
                      struct table_changes *out)
{
    struct table_row row;
    struct table_row other;
    size_t next = 0;
    for (size_t at = 0;
         !out->is_everything && table_is_wanted(now, NULL) && next_serial(before, &at, &row);) {
        if (!find_next(now, row.serial, &next, &other))
            note(out, row.serial);
    }
}

void table_compare(const struct table *before, const struct table *now, struct table_changes *out)
{
    out->n = 0;
    out->is_everything = false;
    note_changed(before, now, out);
    note_gone(before, now, out);
}

void table_report(const struct table_changes *found, const struct changes *changes)
{
    if (found->is_everything)
        changes->changed(changes->arg, NULL);
    for (size_t i = 0; i < found->n && !found->is_everything; i++)
        changes->changed(changes->arg, &found->serials[i]);
}
