// SPDX-License-Identifier: MIT
//
// The statuses of one file in memory: an index or a CRL, sorted by serial number and not changed
// any more.
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "store/store.h"

#include <stdatomic.h>

// Beyond so many differences it is cheaper to take everything for changed.
enum { TABLE_CHANGES_TOLD = 1000 };

// struct table is what one file says. `this_update` and `next_update` are those of every record
// in it. A serial number that is not in it has `absent` as its status. `number`, the content of
// an INTEGER, is that of a CRL which has one. `is_cancelled`, which may be NULL, tells whoever
// fills the table that nobody waits for it any more.
struct table {
    enum record_status absent;
    int64_t this_update;
    int64_t next_update;
    uint8_t number[SERIAL_MAX];
    size_t number_len;
    struct row *rows;
    size_t n;
    size_t size;
    uint8_t *octets;  // of the serial numbers
    size_t octets_len;
    size_t octets_size;
    const atomic_bool *is_cancelled;
};

// struct table_changes is what is different in one table from another: everything, or these
// numbers, which lie in the two.
struct table_changes {
    bool is_everything;
    size_t n;
    struct oc_bytes serials[TABLE_CHANGES_TOLD];
};

// table_new makes an empty table, in which nothing that is absent was issued. Returns NULL after
// store_fail(). table_free frees it; NULL is allowed.
struct table *table_new(void);
void table_free(struct table *table);

// table_add adds a serial number of 1 to SERIAL_MAX octets. Returns false after store_fail().
bool table_add(struct table *table, struct oc_bytes serial, const struct record *record);

// table_goes_on tells whether somebody still waits for the table: returns false, after
// store_fail(), when nobody does. Whatever takes long asks it again and again.
bool table_goes_on(const struct table *table);

// table_sort ends the adding. Returns false when a number is there twice, which is then in
// `*twice`, or, with an absent view there, after store_fail().
bool table_sort(struct table *table, struct oc_bytes *twice);

// table_find says what is known of a serial number.
void table_find(const struct table *table, struct oc_bytes serial, struct record *out);

// table_list is the `list` of a store.
void table_list(const struct table *table, struct oc_bytes after, bool revoked_only,
                bool (*each)(void *arg, const struct entry *entry), void *arg);

// table_compare finds what is different in `now`, unless nobody waits for it any more. table_tell
// tells it.
void table_compare(const struct table *before, const struct table *now, struct table_changes *out);
void table_tell(const struct table_changes *found, const struct changes *changes);

#endif
