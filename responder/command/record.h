// SPDX-License-Identifier: MIT
//
// Reasons and records as text, and the rule by which a record changes.
#ifndef COMMAND_RECORD_H
#define COMMAND_RECORD_H

#include "base/record.h"
#include "program/serial.h"

#include <ocsp/base.h>

#include <stdio.h>

// LABEL_SIZE is the size of a serial number as text for serial_label(), with its NUL.
enum { LABEL_SIZE = SERIAL_LABEL_SIZE(SERIAL_MAX) };

// RECORD_TEXT is the size of a record as text, with its NUL. record_text returns the text, for
// instance "revoked since 2024-04-03T12:00:00Z, keyCompromise", which may be in `buf`.
// record_whole_text adds when the certificate expires, if that is known.
enum { RECORD_TEXT = 128 };
const char *record_text(const struct record *record, char buf[RECORD_TEXT]);
const char *record_whole_text(const struct record *record, char buf[RECORD_TEXT]);

// record_print_json prints the members of a JSON object, without its braces.
void record_print_json(FILE *out, const struct record *record);

// reason_read sets the reason of a record from its name (RFC 5280 5.3.1); "unspecified" sets no
// reason. Returns false if certificates cannot be revoked for it. reason_read_any_case compares
// without case.
bool reason_read(const char *text, struct record *out);
bool reason_read_any_case(const char *text, struct record *out);

// reason_is_worse returns whether the reason of `b` is worse than that of `a`. A compromise is
// worst, and a hold least bad.
bool reason_is_worse(const struct record *a, const struct record *b);

// record_merge merges `other` into a known record. A revocation is never cancelled; of two, the
// worse reason counts, from the earlier time. Returns false if `other` contradicts a revocation and
// is ignored.
bool record_merge(const struct record *known, const struct record *other, struct record *out);

// record_is_same returns whether two records are the same, apart from what their status leaves out.
bool record_is_same(const struct record *a, const struct record *b);

#endif
