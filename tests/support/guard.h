// SPDX-License-Identifier: MIT
//
// Memory between two pages without access rights, so that a read past the end of an input, or
// before its start, crashes the test at once.
#ifndef TESTS_SUPPORT_GUARD_H
#define TESTS_SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
    uint8_t *map;
    size_t map_size;
    uint8_t *room;
    size_t room_size;
};

// guard_init allocates memory for inputs of up to `max` octets. It exits when the system has no
// memory.
void guard_init(struct guard *g, size_t max);

// guard_free frees the memory.
void guard_free(struct guard *g);

// guard_at_end copies `len` octets so that the octet after the last one cannot be accessed, and
// returns the copy.
uint8_t *guard_at_end(struct guard *g, const uint8_t *data, size_t len);

// guard_at_start does the same for the octet before the first one.
uint8_t *guard_at_start(struct guard *g, const uint8_t *data, size_t len);

#endif
