// SPDX-License-Identifier: MIT
//
// Names of enumerators, in one text each: no pointers to relocate and no padding.
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>

// oci_nth_name returns the name at `n`. `names` has one after the other, each
// terminated by a NUL, and an empty one at the end; every `n` beyond returns the first.
const char *oci_nth_name(const char *names, size_t n);

#endif
