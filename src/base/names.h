// SPDX-License-Identifier: MIT
//
// Names of enumerators, in one text each: no pointers to relocate and no padding.
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>

// oci_nth_name returns the name at `n`. In `names` they stand behind each other, each
// ended by a NUL, the list by an empty one; names[0] is also that of every `n` beyond.
const char *oci_nth_name(const char *names, size_t n);

#endif
