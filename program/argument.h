// SPDX-License-Identifier: MIT
//
// The arguments of options: octets, numbers and times. Each function reads the whole text or
// returns false.
#ifndef PROGRAM_ARGUMENT_H
#define PROGRAM_ARGUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// NONCE_MAX is the most octets that a nonce may have (RFC 9654 2.1).
enum { NONCE_MAX = 128 };

// argument_hex reads 1 to `max` octets in hex, without separators.
bool argument_hex(const char *text, uint8_t *out, size_t max, size_t *len);

// argument_number reads a decimal number from 0 to `max`.
bool argument_number(const char *text, int64_t max, int64_t *out);

// ARGUMENT_TIME_MIN and ARGUMENT_TIME_MAX are the first and the last time of argument_time(),
// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
#define ARGUMENT_TIME_MIN INT64_C(-62135596800)
#define ARGUMENT_TIME_MAX INT64_C(253402300799)

// argument_time reads a time of the years 0001 to 9999, as in RFC 3339, without the fraction of a
// second, or as seconds since 1970. `*out` is in seconds since 1970.
bool argument_time(const char *text, int64_t *out);

#endif
