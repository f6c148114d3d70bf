// SPDX-License-Identifier: MIT
//
// The statuses of one file in memory: an index or a CRL, sorted by serial number and not changed
// any more.
#ifndef RESPONDER_TABLE_H
#define RESPONDER_TABLE_H

#include "store.h"

// struct table is what one file says. `this_update` and `next_update` are those of every record
// in it. A serial number that is not in it has `absent` as its status. `number`, the content of
// an INTEGER, is that of a CRL which has one.
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
};

// table_new makes an empty table, in which nothing that is absent was issued. Returns NULL after
// store_fail(). table_free frees it; NULL is allowed.
struct table *table_new(void);
void table_free(struct table *table);

// table_add adds a serial number of 1 to SERIAL_MAX octets. Returns false after store_fail().
bool table_add(struct table *table, struct oc_bytes serial, const struct record *record);

// table_sort ends the adding. Returns false, with the number, when one is there twice.
bool table_sort(struct table *table, struct oc_bytes *twice);

// table_find says what is known of a serial number.
void table_find(const struct table *table, struct oc_bytes serial, struct record *out);

// table_list is the `list` of a store.
void table_list(const struct table *table, struct oc_bytes after, bool revoked_only,
                bool (*each)(void *arg, const struct entry *entry), void *arg);

// table_tell tells what is different in `now`.
void table_tell(const struct table *before, const struct table *now, const struct changes *changes);

#endif
