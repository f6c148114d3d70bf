// SPDX-License-Identifier: MIT
//
// Octets to and from hexadecimal text.
#ifndef TESTS_SUPPORT_HEX_H
#define TESTS_SUPPORT_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// hex_decode reads `len` digits of `text` into the `len / 2` octets at `out`. It
// returns false for an odd number of digits and for any other character.
bool hex_decode(const char *text, size_t len, uint8_t *out);

// hex_print writes octets to `out` in lower case.
void hex_print(FILE *out, const uint8_t *data, size_t len);

#endif
