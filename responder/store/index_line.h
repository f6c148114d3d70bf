// SPDX-License-Identifier: MIT
//
// One line of OpenSSL's index.txt (ca(1ssl)): six fields with tabs between them.
#ifndef STORE_INDEX_LINE_H
#define STORE_INDEX_LINE_H

#include "base/record.h"

#include <ocsp/base.h>

// index_line_is_empty tells whether a line says nothing: an empty one, or a comment.
bool index_line_is_empty(const char *line, size_t len);

// index_line_read reads a line without its end; the `len` octets at `line` are changed. The serial
// number, the content of an INTEGER, is written to `serial`. Returns NULL, or what is wrong.
const char *index_line_read(char *line, size_t len, uint8_t serial[SERIAL_MAX], size_t *serial_len,
                            struct record *out);

#endif
