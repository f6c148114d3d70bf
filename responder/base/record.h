// SPDX-License-Identifier: MIT
//
// The status of one certificate, as a store knows it.
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SERIAL_MAX is the most octets of a serial number that the responder accepts; RFC 5280 4.1.2.2
// allows 20.
enum { SERIAL_MAX = 64 };

// enum record_status is the status of a serial number in a store.
enum record_status {
    RECORD_NONE = 0,    // not known: the store has failed
    RECORD_NOT_ISSUED,  // no such certificate was issued
    RECORD_GOOD,        // issued, and not revoked
    RECORD_REVOKED,
    RECORD_UNCERTAIN,  // may be revoked or not: the source is odd or incomplete
};

// struct record is what a store knows about a certificate. Times are in seconds since 1970.
// `reason` is an enum oc_crl_reason. `expires` is the end of the certificate's validity, 0 if it is
// not known.
//
// A source that was published at a certain time, such as a CRL, has a `this_update`, and a
// `next_update` unless that is 0, too. Both are 0 for a source that is always current.
struct record {
    enum record_status status;
    int64_t revoked_at;
    bool has_reason;
    uint8_t reason;
    int64_t expires;
    int64_t this_update;
    int64_t next_update;
};

// record_equal returns whether two records lead to the same answer.
bool record_equal(const struct record *a, const struct record *b);

// record_compromise changes a record to what holds when the key of its issuer is compromised since
// `since` (RFC 6960 2.7): revoked at that time for cACompromise, from now on. A certificate that
// was revoked earlier keeps its own time and reason.
void record_compromise(struct record *record, int64_t since);

// record_reason_is_valid returns whether a number is a reason that an answer can give for a
// revocation (RFC 5280 5.3.1). 7 is not assigned; removeFromCRL is for delta CRLs alone; and
// unspecified is expressed by the absence of a reason.
bool record_reason_is_valid(long reason);

#endif
