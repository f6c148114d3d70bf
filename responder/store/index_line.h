// SPDX-License-Identifier: MIT
//
// One line of OpenSSL's index.txt (ca(1ssl)): six fields separated by tabs.
#ifndef STORE_INDEX_LINE_H
#define STORE_INDEX_LINE_H

#include "base/record.h"

#include <ocsp/base.h>

// index_line_is_empty returns whether a line is empty or a comment.
bool index_line_is_empty(const char *line, size_t len);

// index_line_read reads a line without its newline; it changes the `len` octets at `line`, which a
// NUL follows. It writes the serial number, as the content of an INTEGER, to `serial`. Returns
// NULL, or what is wrong.
const char *index_line_read(char *line, size_t len, uint8_t serial[SERIAL_MAX], size_t *serial_len,
                            struct record *out);

#endif
