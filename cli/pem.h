// SPDX-License-Identifier: MIT
//
// PEM (RFC 7468): messages between BEGIN and END lines.
#ifndef CLI_PEM_H
#define CLI_PEM_H

#include "message.h"

// pem_is tells whether there is a BEGIN line in `raw`.
bool pem_is(const struct octets *raw);

// pem_decode appends every block of `raw` to `out->items`. A block that cannot be read,
// or whose label is of nothing that this program reads, is an error line about
// `out->file` and false. The content of such a block is never printed.
bool pem_decode(struct messages *out, const struct octets *raw);

#endif
