// SPDX-License-Identifier: MIT
//
// Serial numbers, reasons and records of commands: their text, and the rule by which a record
// changes.
#ifndef COMMAND_RECORD_H
#define COMMAND_RECORD_H

#include "base/record.h"

#include <ocsp/base.h>

// serial_read reads a serial number of at most SERIAL_MAX octets into `buf`. Returns false when
// there is none.
bool serial_read(const char *text, uint8_t buf[SERIAL_MAX], struct oc_bytes *out);

// SERIAL_TEXT is the room for the text of a serial number, and serial_text writes it: hex behind
// 0x, as it may be given to commands again.
enum { SERIAL_TEXT = 2 * SERIAL_MAX + 4 };
const char *serial_text(struct oc_bytes serial, char buf[SERIAL_TEXT]);

// RECORD_TEXT is the room for a record as text, for instance "revoked since 2024-04-03T12:00:00Z,
// keyCompromise", and record_text writes it.
enum { RECORD_TEXT = 128 };
const char *record_text(const struct record *record, char buf[RECORD_TEXT]);

// reason_read reads a reason that a certificate can be revoked for, by its name (RFC 5280 5.3.1):
// what is unspecified has none.
bool reason_read(const char *text, struct record *out);

// reason_is_worse tells whether a revocation for `b`'s reason says more than one for `a`'s: a key
// that others may have is worst, and a hold is least.
bool reason_is_worse(const struct record *a, const struct record *b);

// record_merge puts together what is known and what is told from elsewhere. A revocation is never
// taken back, and of two the worse counts, since the earlier time. Returns false when `told` says
// something that does not count.
bool record_merge(const struct record *known, const struct record *told, struct record *out);

// record_is_same tells whether two records say the same.
bool record_is_same(const struct record *a, const struct record *b);

#endif
