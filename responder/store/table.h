// SPDX-License-Identifier: MIT
//
// The statuses of one file in memory: rows in the order of the file, packed, and a hash table of
// them by serial number. A serial number may have several rows.
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "store/store.h"

#include <stdatomic.h>

// TABLE_CHANGES_MAX is the most differences that are reported one by one; above it, dropping
// everything is cheaper.
enum { TABLE_CHANGES_MAX = 1000 };

// struct table is the content of one file. A row has 7 octets and its serial number, with
// `has_expires` 5 more; there may be millions. `seed` makes the hash unpredictable. `n_expected`,
// which its owner may set, is how many rows there will be: room in the hash table is made for so
// many. `is_cancelled`, which may be NULL, becomes true when the table is not needed any more,
// while it is being filled.
struct table {
    bool has_expires;
    uint64_t seed;
    uint8_t *rows;
    size_t len;  // octets at `rows`
    size_t size;
    size_t n;  // rows
    size_t n_expected;
    uint32_t *slots;  // where a row begins, plus one; 0 is an empty slot
    size_t n_slots;
    size_t indexed_len;  // octets at `rows` whose rows table_find() sees
    size_t n_repeated;   // of these rows, those with the serial number of an earlier one
    const atomic_bool *is_cancelled;
};

// struct table_row is one row. The number points into the table. `has_no_date`: it is revoked, at a
// time that could not be read; revoked_at is when it was first read. `at` is its place.
struct table_row {
    struct oc_bytes serial;
    struct record record;
    bool has_no_date;
    size_t at;
};

// struct table_changes is what differs between two tables: everything, or these serial numbers,
// which point into the two.
struct table_changes {
    bool is_everything;
    size_t n;
    struct oc_bytes serials[TABLE_CHANGES_MAX];
};

// table_new makes an empty table. Returns NULL and sets `*err` on failure. table_free frees it;
// NULL is allowed.
struct table *table_new(bool has_expires, struct store_error *err);
void table_free(struct table *table);

// table_add adds a row behind the others, with a serial number of 1 to SERIAL_MAX octets. A table
// has at most 4 GiB of rows. Returns false and sets `*err` on failure. table_index makes the rows
// added since the last call findable; until then table_find() does not see them.
bool table_add(struct table *table, const struct table_row *row, struct store_error *err);
bool table_index(struct table *table, struct store_error *err);

// table_reserve makes room for all rows of `more`, which may then be added and indexed without a
// failure. That is quick if table_has_room() returns true; otherwise it fills a new hash table.
bool table_reserve(struct table *table, const struct table *more, struct store_error *err);
bool table_has_room(const struct table *table, size_t n_more);

// table_set changes the record of the row at `at`, whose serial number stays.
void table_set(struct table *table, size_t at, const struct table_row *row);

// table_inherit_dates sets the times of rows that have no readable date to when `before`, an
// earlier table of the same source, has first read them.
void table_inherit_dates(struct table *table, const struct table *before);

// table_is_wanted returns false and sets `*err` once the table is cancelled. Work that takes long
// calls it regularly.
bool table_is_wanted(const struct table *table, struct store_error *err);

// table_next gives the next row in the order of the file, starting with `*at` 0. Returns false at
// the end.
bool table_next(const struct table *table, size_t *at, struct table_row *out);

// table_find finds a serial number. Of several rows, one that is revoked counts before one that is
// uncertain, and that before one that is good; of those that are revoked, the one with the earliest
// date, and with the reason of one that is not certificateHold if there is such a one; one without
// a readable date counts only if there is no other. Returns false, with `*out` all zero, if there
// is none.
bool table_find(const struct table *table, struct oc_bytes serial, struct table_row *out);

// table_is_repeated returns whether an earlier row has the serial number of the row at `at`.
bool table_is_repeated(const struct table *table, size_t at);

// table_list lists each serial number of `table` once, in the order of the file, as `list` of
// struct store_methods does; nothing comes after a serial number that the table does not have.
void table_list(const struct table *table, struct oc_bytes after, bool revoked_only,
                bool (*each)(void *arg, const struct entry *entry), void *arg);

// table_compare finds the differences; if `now` is cancelled meanwhile, `*out` is incomplete.
// table_report passes them on.
void table_compare(const struct table *before, const struct table *now, struct table_changes *out);
void table_report(const struct table_changes *found, const struct changes *changes);

#endif
