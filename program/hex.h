// SPDX-License-Identifier: MIT
//
// Hex digits, read and written. Needs no heap, so that the pure files of the responder may use it.
#ifndef PROGRAM_HEX_H
#define PROGRAM_HEX_H

#include <stddef.h>
#include <stdint.h>

// hex_value returns the value of a hex digit, or -1 for any other character.
static inline int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// hex_write writes `len` octets as 2 * len lower-case digits and a NUL.
static inline void hex_write(char *out, const uint8_t *octets, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[octets[i] >> 4];
        out[2 * i + 1] = digits[octets[i] & 15];
    }
    out[2 * len] = '\0';
}

#endif
