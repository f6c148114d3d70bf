// SPDX-License-Identifier: MIT
//
// One line of OpenSSL's index.txt (ca(1ssl)): six fields separated by tabs.
#ifndef STORE_INDEX_LINE_H
#define STORE_INDEX_LINE_H

#include "base/record.h"

#include <ocsp/base.h>

// index_line_is_empty returns whether a line is empty or a comment.
bool index_line_is_empty(const char *line, size_t len);

// struct index_row is one line. `serial` is the content of an INTEGER. The status is RECORD_GOOD,
// RECORD_REVOKED, or RECORD_UNCERTAIN if the line does not say whether the certificate is revoked.
// A line that says revoked is revoked, whatever else of it cannot be read: without a reason, or,
// with `has_no_date`, at a time that is not known. `odd` says what cannot be read, or is NULL.
struct index_row {
    uint8_t serial[SERIAL_MAX];
    size_t serial_len;
    struct record record;
    bool has_no_date;
    const char *odd;
};

// index_line_read reads a line without its newline; it changes the `len` octets at `line`, which a
// NUL follows. Returns NULL, or what is wrong if the serial number cannot be read.
const char *index_line_read(char *line, size_t len, struct index_row *out);

// index_line_has_whole_serial returns whether a tab follows the serial number. It does not in a
// line that a program is still writing, and that has come no further: digits may be missing.
bool index_line_has_whole_serial(const char *line, size_t len);

#endif
