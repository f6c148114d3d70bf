// SPDX-License-Identifier: MIT
//
// What is known about one certificate.
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SERIAL_MAX is the most octets of a serial number that is looked for; RFC 5280 4.1.2.2 allows
// 20.
enum { SERIAL_MAX = 64 };

// enum record_status is what a store knows of a serial number. Zero is nothing.
enum record_status {
    RECORD_NONE = 0,    // nothing: the store failed
    RECORD_NOT_ISSUED,  // no such certificate was issued
    RECORD_GOOD,        // issued, and not revoked
    RECORD_REVOKED,
};

// struct record is what a store says. Times are in seconds since 1970. `reason` is an enum
// oc_crl_reason. `expires` is the end of the certificate, 0 when it is not known.
//
// A source that is itself of some time says so: `this_update` is when it was right, and
// `next_update` until when, 0 when it does not say; both are 0 for one that is always right now.
struct record {
    enum record_status status;
    int64_t revoked_at;
    bool has_reason;
    uint8_t reason;
    int64_t expires;
    int64_t this_update;
    int64_t next_update;
};

// record_equal tells whether two records lead to the same answer.
static inline bool record_equal(const struct record *a, const struct record *b)
{
    return a->status == b->status && a->revoked_at == b->revoked_at &&
           a->has_reason == b->has_reason && a->reason == b->reason &&
           a->this_update == b->this_update && a->next_update == b->next_update;
}

#endif
