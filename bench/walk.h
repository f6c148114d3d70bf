// SPDX-License-Identifier: MIT
//
// The floor under every parser: a bare walk over each tag and length.
#ifndef BENCH_WALK_H
#define BENCH_WALK_H

#include <ocsp/base.h>

// Constructed elements are entered, and so is the primitive one at offset `open`;
// from offset `closed` on nothing is entered any more.
struct walk {
    struct oc_bytes der;
    size_t open;
    size_t closed;
};

// walk_init sets what to open and to close in a request or response: the OCTET STRING
// of the response is entered, the certificates are not.
void walk_init(struct walk *walk, struct oc_bytes der);

// walk returns the number of elements, or 0 when one of them does not fit into the
// element around it.
size_t walk(const struct walk *walk);

#endif
