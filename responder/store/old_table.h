// SPDX-License-Identifier: MIT
//
// The statuses of one file in memory, sorted by serial number. A table is filled once and then only
// read.
#ifndef STORE_OLD_TABLE_H
#define STORE_OLD_TABLE_H

#include "store/store.h"

#include <stdatomic.h>

// OLD_TABLE_CHANGES_MAX is the most differences that are reported one by one; above it, dropping
// everything is cheaper.
enum { OLD_TABLE_CHANGES_MAX = 1000 };

// struct old_table is the content of one file. `this_update` and `next_update` are those of every
// record in it. A serial number that is not in it has the status `absent`. `number`, the content of
// an INTEGER, is the number of a CRL that has one. `is_cancelled`, which may be NULL, becomes true
// when the table is not needed any more, while it is being filled.
struct old_table {
    enum record_status absent;
    int64_t this_update;
    int64_t next_update;
    uint8_t number[SERIAL_MAX];
    size_t number_len;
    struct old_table_row *rows;
    size_t n;
    size_t size;
    uint8_t *octets;  // the serial numbers
    size_t octets_len;
    size_t octets_size;
    const atomic_bool *is_cancelled;
};

// struct old_table_changes is what differs between two tables: everything, or these serial numbers,
// which point into the two.
struct old_table_changes {
    bool is_everything;
    size_t n;
    struct oc_bytes serials[OLD_TABLE_CHANGES_MAX];
};

// old_table_new makes an empty table, whose `absent` is RECORD_NOT_ISSUED. Returns NULL and sets
// `*err` on failure. old_table_free frees it; NULL is allowed.
struct old_table *old_table_new(struct store_error *err);
void old_table_free(struct old_table *table);

// old_table_add adds a serial number of 1 to SERIAL_MAX octets. Returns false and sets `*err` on
// failure.
bool old_table_add(struct old_table *table, struct oc_bytes serial, const struct record *record,
                   struct store_error *err);

// old_table_is_wanted returns false and sets `*err` once the table is cancelled. Work that takes
// long calls it regularly.
bool old_table_is_wanted(const struct old_table *table, struct store_error *err);

// old_table_sort sorts the rows; none may be added after it. Returns false and sets `*err` on
// failure, or returns false with the serial number in `*twice` if one is there twice. Otherwise
// `*twice` is absent.
bool old_table_sort(struct old_table *table, struct oc_bytes *twice, struct store_error *err);

// old_table_find sets `*out` to the record of a serial number.
void old_table_find(const struct old_table *table, struct oc_bytes serial, struct record *out);

// old_table_list lists the rows as `list` of struct store_methods does.
void old_table_list(const struct old_table *table, struct oc_bytes after, bool revoked_only,
                    bool (*each)(void *arg, const struct entry *entry), void *arg);

// old_table_compare finds the differences; if `now` is cancelled meanwhile, `*out` is incomplete.
// old_table_report passes them on.
void old_table_compare(const struct old_table *before, const struct old_table *now,
                       struct old_table_changes *out);
void old_table_report(const struct old_table_changes *found, const struct changes *changes);

#endif
