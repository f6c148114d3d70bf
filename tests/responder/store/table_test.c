// SPDX-License-Identifier: MIT
//
// Tables: what is put in comes out, of several rows the right one counts, and differences are
// found.
#include "store/table.h"

#include <ocsp/extension.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// The years 1 and 9999.
#define TIME_MIN (-INT64_C(62135596800))
#define TIME_MAX INT64_C(253402300799)

#define SERIAL(...)                                                                                \
    ((struct oc_bytes){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

static struct store_error err;

// No memory is left after so many more allocations; less than zero: it does not run out. The linker
// puts these in the place of calloc() and realloc().
static int n_allocations = -1;

void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);

static bool has_memory(void)
{
    n_allocations -= n_allocations > 0;
    return n_allocations != 0;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return has_memory() ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
    return has_memory() ? __real_realloc(block, size) : NULL;
}

static struct table *new_table(bool has_expires)
{
    struct table *table = table_new(has_expires, &err);
    assert_non_null(table);
    return table;
}

static struct table_row row_of(struct oc_bytes serial, enum record_status status,
                               int64_t revoked_at)
{
    return (struct table_row){.serial = serial,
                              .record = {.status = status, .revoked_at = revoked_at}};
}

static void add(struct table *table, struct table_row row)
{
    assert_true(table_add(table, &row, &err));
}

static void do_index(struct table *table)
{
    assert_true(table_index(table, &err));
}

static void assert_row(const struct table_row *is, const struct table_row *expected)
{
    assert_int_equal(is->serial.len, expected->serial.len);
    assert_memory_equal(is->serial.data, expected->serial.data, is->serial.len);
    assert_int_equal(is->record.status, expected->record.status);
    assert_int_equal(is->record.revoked_at, expected->record.revoked_at);
    assert_int_equal(is->record.has_reason, expected->record.has_reason);
    assert_int_equal(is->record.reason, expected->record.reason);
    assert_int_equal(is->record.expires, expected->record.expires);
    assert_int_equal(is->record.this_update, 0);
    assert_int_equal(is->record.next_update, 0);
    assert_int_equal(is->has_no_date, expected->has_no_date);
}

static void assert_absent(const struct table *table, struct oc_bytes serial)
{
    struct table_row row;
    assert_false(table_find(table, serial, &row));
    assert_null(row.serial.data);
    assert_int_equal(row.record.status, RECORD_NONE);
}

static void table_that_is_empty(void **state)
{
    (void)state;
    struct table *table = new_table(true);
    size_t at = 0;
    struct table_row row;
    assert_absent(table, SERIAL(1));
    assert_false(table_next(table, &at, &row));
    do_index(table);
    assert_absent(table, SERIAL(1));
    table_free(table);
    table_free(NULL);
}

static void every_length(void **state)
{
    (void)state;
    uint8_t octets[SERIAL_MAX];
    memset(octets, 7, sizeof octets);
    for (int has_expires = 0; has_expires < 2; has_expires++) {
        struct table *table = new_table(has_expires);
        struct table_row row;
        size_t at = 0;
        for (size_t len = 1; len <= SERIAL_MAX; len++)
            add(table, row_of((struct oc_bytes){octets, len}, RECORD_REVOKED, (int64_t)len));
        do_index(table);
        assert_int_equal(table->n, SERIAL_MAX);
        for (size_t len = 1; len <= SERIAL_MAX; len++) {
            const struct oc_bytes serial = {octets, len};
            const struct table_row expected = row_of(serial, RECORD_REVOKED, (int64_t)len);
            assert_true(table_find(table, serial, &row));
            assert_row(&row, &expected);
            assert_int_equal(row.at, at);
            assert_true(table_next(table, &at, &row));
            assert_row(&row, &expected);
        }
        assert_false(table_next(table, &at, &row));
        octets[0] = 8;
        assert_absent(table, (struct oc_bytes){octets, SERIAL_MAX});
        octets[0] = 7;
        table_free(table);
    }
}

static void every_record(void **state)
{
    (void)state;
    static const int64_t times[] = {TIME_MIN, TIME_MIN + 1,     -1,           0,
                                    1,        INT64_C(1) << 32, TIME_MAX - 1, TIME_MAX};
    const enum record_status statuses[] = {RECORD_NOT_ISSUED, RECORD_GOOD, RECORD_REVOKED,
                                           RECORD_UNCERTAIN};
    struct table *table = new_table(true);
    struct table_row row;
    add(table, row_of(SERIAL(1), RECORD_GOOD, 0));
    do_index(table);
    for (unsigned i = 0; i < 4 * 11 * 8 * 2; i++) {
        struct table_row in = row_of(SERIAL(1), statuses[i % 4], times[i / 4 % 8]);
        in.has_no_date = i / 32 % 2 == 1;
        in.record.expires = times[7 - i / 4 % 8];
        in.record.has_reason = i / 64 > 0;
        in.record.reason = (uint8_t)(i / 64);
        table_set(table, 0, &in);
        assert_true(table_find(table, SERIAL(1), &row));
        assert_row(&row, &in);
    }
    // Times that no certificate has.
    struct table_row in = row_of(SERIAL(1), RECORD_REVOKED, INT64_MIN);
    in.record.expires = INT64_MAX;
    table_set(table, 0, &in);
    assert_true(table_find(table, SERIAL(1), &row));
    assert_true(row.record.revoked_at < TIME_MIN);
    assert_true(row.record.expires > TIME_MAX);
    table_free(table);
}

static void table_indexed_in_steps(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct table *table = new_table(false);
    struct table_row row;
    for (unsigned i = 0; i < N; i++) {
        uint8_t octets[] = {(uint8_t)(i >> 8), (uint8_t)i};
        add(table, row_of((struct oc_bytes){octets, 2}, RECORD_GOOD, 0));
        assert_false(table_find(table, (struct oc_bytes){octets, 2}, &row));
        if (i % 7 != 0)
            continue;
        do_index(table);
        assert_true(table_find(table, (struct oc_bytes){octets, 2}, &row));
        assert_true(table_find(table, SERIAL(0, 0), &row));
    }
    do_index(table);
    assert_int_equal(table->n_repeated, 0);
    for (unsigned i = 0; i < N; i++) {
        uint8_t octets[] = {(uint8_t)(i >> 8), (uint8_t)i};
        assert_true(table_find(table, (struct oc_bytes){octets, 2}, &row));
    }
    assert_absent(table, SERIAL(0xFF, 0xFF));
    table_free(table);
}

// The rows of one serial number, in any order, and which of them counts.
static void rows_with_the_same_number(void **state)
{
    (void)state;
    struct table_row rows[] = {
        row_of(SERIAL(5), RECORD_REVOKED, 1000), row_of(SERIAL(5), RECORD_REVOKED, 2000),
        row_of(SERIAL(5), RECORD_REVOKED, 10),   row_of(SERIAL(5), RECORD_REVOKED, 20),
        row_of(SERIAL(5), RECORD_UNCERTAIN, 0),  row_of(SERIAL(5), RECORD_GOOD, 0),
        row_of(SERIAL(5), RECORD_NOT_ISSUED, 0),
    };
    enum { N = sizeof rows / sizeof rows[0] };
    rows[2].has_no_date = true;
    rows[3].has_no_date = true;
    for (size_t a = 0; a < N; a++) {
        for (size_t b = 0; b < N; b++) {
            struct table *table = new_table(false);
            struct table_row row;
            add(table, row_of(SERIAL(4), RECORD_GOOD, 0));
            add(table, rows[a]);
            add(table, rows[b]);
            add(table, rows[N - 1]);
            do_index(table);
            assert_int_equal(table->n, 4);
            assert_int_equal(table->n_repeated, 2);
            assert_true(table_find(table, SERIAL(5), &row));
            assert_row(&row, &rows[a < b ? a : b]);
            assert_true(table_find(table, SERIAL(4), &row));
            table_free(table);
        }
    }
}

// struct walk notes the first octets of what is listed, and stops after `limit`.
struct walk {
    uint8_t octets[16];
    size_t n;
    size_t limit;
    enum record_status last;
};

static bool walk_on(void *arg, const struct entry *entry)
{
    struct walk *walk = arg;
    assert_in_range(walk->n, 0, sizeof walk->octets - 1);
    walk->octets[walk->n++] = entry->serial.data[0];
    walk->last = entry->record.status;
    return walk->n != walk->limit;
}

static void expect_list(const struct table *table, struct oc_bytes after, bool revoked_only,
                        size_t limit, struct oc_bytes expected)
{
    struct walk walk = {.limit = limit};
    table_list(table, after, revoked_only, walk_on, &walk);
    assert_int_equal(walk.n, expected.len);
    assert_memory_equal(walk.octets, expected.data, expected.len);
}

static void list_in_pages(void **state)
{
    (void)state;
    const struct oc_bytes all = {0};
    struct table *table = new_table(false);
    add(table, row_of(SERIAL(9), RECORD_GOOD, 0));
    add(table, row_of(SERIAL(3), RECORD_REVOKED, 5));
    add(table, row_of(SERIAL(7), RECORD_UNCERTAIN, 0));
    add(table, row_of(SERIAL(9), RECORD_REVOKED, 6));
    add(table, row_of(SERIAL(1), RECORD_GOOD, 0));
    do_index(table);
    expect_list(table, all, false, 0, SERIAL(9, 3, 7, 1));
    expect_list(table, all, false, 2, SERIAL(9, 3));
    expect_list(table, (struct oc_bytes){(const uint8_t *)"", 0}, false, 2, SERIAL(9, 3));
    expect_list(table, SERIAL(3), false, 2, SERIAL(7, 1));
    expect_list(table, SERIAL(9), false, 0, SERIAL(3, 7, 1));
    expect_list(table, all, true, 0, SERIAL(9, 3));
    expect_list(table, SERIAL(9), true, 0, SERIAL(3));
    struct walk walk = {.limit = 1};
    table_list(table, SERIAL(1), false, walk_on, &walk);
    table_list(table, SERIAL(2), false, walk_on, &walk);
    assert_int_equal(walk.n, 0);
    table_list(table, all, false, walk_on, &walk);
    assert_int_equal(walk.last, RECORD_REVOKED);
    table_free(table);
}

// The expected serial numbers have one octet and any order.
static void expect_changes(const struct table *before, const struct table *now,
                           struct oc_bytes expected)
{
    static struct table_changes changes;
    table_compare(before, now, &changes);
    assert_false(changes.is_everything);
    assert_int_equal(changes.n, expected.len);
    for (size_t i = 0; i < expected.len; i++) {
        size_t n = 0;
        for (size_t k = 0; k < changes.n; k++)
            n += changes.serials[k].data[0] == expected.data[i];
        assert_int_equal(n, 1);
    }
}

static void expect_both_ways(const struct table *before, const struct table *now,
                             struct oc_bytes expected)
{
    expect_changes(before, now, expected);
    expect_changes(now, before, expected);
}

static void tables_compared(void **state)
{
    (void)state;
    const struct oc_bytes none = {0};
    struct table *a = new_table(true);
    struct table *b = new_table(true);
    expect_both_ways(a, b, none);
    struct table_row row = row_of(SERIAL(1), RECORD_REVOKED, 5);
    add(a, row_of(SERIAL(2), RECORD_GOOD, 0));
    add(a, row);
    add(b, row);
    add(b, row_of(SERIAL(2), RECORD_GOOD, 0));
    do_index(a);
    do_index(b);
    expect_both_ways(a, b, none);
    row.record.has_reason = true;
    row.record.reason = 1;
    table_set(a, 13, &row);
    expect_both_ways(a, b, SERIAL(1));
    row.record.has_reason = false;
    row.record.expires = 9;
    table_set(a, 13, &row);
    expect_both_ways(a, b, SERIAL(1));

    // A second row that changes nothing, one that does, and both alone.
    add(a, row);
    add(b, row_of(SERIAL(2), RECORD_UNCERTAIN, 0));
    add(b, row_of(SERIAL(2), RECORD_REVOKED, 0));
    add(b, row_of(SERIAL(3), RECORD_GOOD, 0));
    add(b, row_of(SERIAL(3), RECORD_GOOD, 0));
    do_index(a);
    do_index(b);
    expect_both_ways(a, a, none);
    expect_both_ways(a, b, SERIAL(1, 2, 3));

    // A second row that gives another reason to the date of the first one.
    row = row_of(SERIAL(4), RECORD_REVOKED, 1);
    row.record.has_reason = true;
    row.record.reason = OC_REASON_CERTIFICATE_HOLD;
    add(a, row);
    add(b, row);
    row.record.revoked_at = 2;
    row.record.reason = OC_REASON_KEY_COMPROMISE;
    add(b, row);
    do_index(a);
    do_index(b);
    expect_both_ways(a, b, SERIAL(1, 2, 3, 4));
    expect_both_ways(b, b, none);
    table_free(a);
    table_free(b);
}

static void note_change(void *arg, const struct oc_bytes *serial)
{
    size_t *n = arg;
    *n += serial != NULL ? 1 : 1000000;
}

static void tables_with_many_differences(void **state)
{
    (void)state;
    static struct table_changes found;
    struct table *a = new_table(false);
    struct table *b = new_table(false);
    size_t n = 0;
    const struct changes changes = {note_change, &n};
    for (unsigned i = 0; i < TABLE_CHANGES_MAX; i++)
        add(a, row_of(SERIAL((uint8_t)(i >> 8), (uint8_t)i), RECORD_GOOD, 0));
    do_index(a);
    table_compare(b, a, &found);
    table_report(&found, &changes);
    assert_int_equal(n, TABLE_CHANGES_MAX);
    add(a, row_of(SERIAL(1), RECORD_GOOD, 0));
    do_index(a);
    for (int i = 0; i < 2; i++) {
        n = 0;
        table_compare(i == 0 ? a : b, i == 0 ? b : a, &found);
        table_report(&found, &changes);
        assert_int_equal(n, 1000000);
    }
    table_free(a);
    table_free(b);
}

static void table_that_is_cancelled(void **state)
{
    (void)state;
    const atomic_bool is_cancelled = true;
    static struct table_changes changes;
    struct table *table = new_table(false);
    struct table *before = new_table(false);
    assert_true(table_is_wanted(table, &err));
    add(table, row_of(SERIAL(2), RECORD_GOOD, 0));
    table->is_cancelled = &is_cancelled;
    assert_false(table_is_wanted(table, NULL));
    assert_false(table_index(table, &err));
    assert_int_equal(err.fault, STORE_FAULT_BUSY);
    assert_string_equal(err.text, "the store is being closed");
    table_compare(before, table, &changes);
    assert_int_equal(changes.n, 0);
    table->is_cancelled = NULL;
    do_index(table);
    table_compare(before, table, &changes);
    assert_int_equal(changes.n, 1);
    table_free(table);
    table_free(before);
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    const struct table_row row = row_of(SERIAL(2), RECORD_GOOD, 0);
    struct table_row found;
    n_allocations = 1;
    assert_null(table_new(false, &err));
    assert_int_equal(err.fault, STORE_FAULT_SYSTEM);
    n_allocations = -1;
    struct table *table = new_table(false);
    n_allocations = 1;
    assert_false(table_add(table, &row, &err));
    assert_string_equal(err.text, "out of memory");
    assert_int_equal(table->n, 0);
    n_allocations = -1;
    add(table, row);
    n_allocations = 1;
    assert_false(table_index(table, &err));
    assert_absent(table, SERIAL(2));
    n_allocations = -1;
    do_index(table);

    // Rows that were reserved need no more memory; without it the table stays as it was.
    struct table *more = new_table(false);
    for (unsigned i = 0; i < 1000; i++)
        add(more, row_of(SERIAL((uint8_t)(i >> 8), (uint8_t)i), RECORD_GOOD, 0));
    assert_false(table_has_room(table, more->n));
    for (int i = 1; i < 3; i++) {
        n_allocations = i;
        assert_false(table_reserve(table, more, &err));
        assert_true(table_find(table, SERIAL(2), &found));
    }
    n_allocations = -1;
    assert_true(table_reserve(table, more, &err));
    assert_true(table_has_room(table, more->n));
    assert_true(table_find(table, SERIAL(2), &found));
    n_allocations = 1;
    for (size_t at = 0; table_next(more, &at, &found);)
        add(table, found);
    do_index(table);
    n_allocations = -1;
    assert_true(table_find(table, SERIAL(3, 0xE7), &found));
    table_free(table);
    table_free(more);
}

// A million rows of a third as many serial numbers, against a plain array.
enum { N_ROWS = 1000000, N_NUMBERS = 333333 };

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

static struct oc_bytes number_of(size_t i, uint8_t octets[12])
{
    size_t len = 4 + i % 9;
    for (size_t k = 0; k < len; k++)
        octets[k] = (uint8_t)(i >> (8 * (k % 4)));
    return (struct oc_bytes){octets, len};
}

static bool counts_more(const struct record *a, const struct record *b)
{
    if (a->status != b->status)
        return a->status == RECORD_REVOKED ||
               (a->status == RECORD_UNCERTAIN && b->status != RECORD_REVOKED);
    return a->status == RECORD_REVOKED && a->revoked_at < b->revoked_at;
}

static void many_rows(void **state)
{
    (void)state;
    uint64_t random = 1;
    struct record *expected = calloc(N_NUMBERS, sizeof *expected);
    assert_non_null(expected);
    struct table *table = new_table(true);
    struct table_row row;
    uint8_t octets[12];
    table->n_expected = N_ROWS;
    for (size_t i = 0; i < N_ROWS; i++) {
        size_t number = next_random(&random) % N_NUMBERS;
        unsigned kind = (unsigned)(next_random(&random) % 8);
        row = row_of(number_of(number, octets),
                     kind == 0   ? RECORD_REVOKED
                     : kind == 1 ? RECORD_UNCERTAIN
                                 : RECORD_GOOD,
                     kind == 0 ? (int64_t)next_random(&random) : 0);
        add(table, row);
        if (expected[number].status == RECORD_NONE || counts_more(&row.record, &expected[number]))
            expected[number] = row.record;
        if (i % 100000 == 0)
            do_index(table);
    }
    do_index(table);
    size_t n_numbers = 0;
    for (size_t i = 0; i < N_NUMBERS; i++) {
        bool is_there = table_find(table, number_of(i, octets), &row);
        assert_int_equal(is_there, expected[i].status != RECORD_NONE);
        assert_int_equal(row.record.status, expected[i].status);
        assert_int_equal(row.record.revoked_at, expected[i].revoked_at);
        n_numbers += is_there;
    }
    assert_int_equal(table->n - table->n_repeated, n_numbers);
    assert_in_range(table->n_slots * sizeof *table->slots, 5 * N_ROWS, 6 * N_ROWS);
    free(expected);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_that_is_empty),
        cmocka_unit_test(every_length),
        cmocka_unit_test(every_record),
        cmocka_unit_test(table_indexed_in_steps),
        cmocka_unit_test(rows_with_the_same_number),
        cmocka_unit_test(list_in_pages),
        cmocka_unit_test(tables_compared),
        cmocka_unit_test(tables_with_many_differences),
        cmocka_unit_test(table_that_is_cancelled),
        cmocka_unit_test(memory_that_runs_out),
        cmocka_unit_test(many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
