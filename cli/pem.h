// SPDX-License-Identifier: MIT
//
// PEM (RFC 7468): messages between BEGIN and END lines.
#ifndef CLI_PEM_H
#define CLI_PEM_H

#include "message.h"

// pem_is returns whether `raw` contains a BEGIN line.
bool pem_is(const struct octets *raw);

// pem_decode appends every block of `raw` to `out->items`. Returns false after an error line about
// `out->file` if a block is invalid or has an unsupported label. The content of such a block is
// never printed.
bool pem_decode(struct messages *out, const struct octets *raw);

#endif
