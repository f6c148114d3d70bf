// SPDX-License-Identifier: MIT
//
// Reads a whole file, a pipe or standard input into memory, within a bound.
#ifndef PROGRAM_INPUT_H
#define PROGRAM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// INPUT_MAX is the largest file in octets that is read.
#define INPUT_MAX ((size_t)64 << 20)

// struct octets is a block of memory from malloc().
struct octets {
    uint8_t *data;
    size_t len;
};

// input_read reads the file `name`, or standard input for "-", into `*out`, which the caller frees.
// Returns false after an error line, with `*out` zero, if it cannot be read, is a directory, is
// empty or is larger than INPUT_MAX.
//
// A FIFO is read to its end, but is an error if no process opens it for writing within a second.
bool input_read(const char *name, struct octets *out);

// input_read_secret is input_read() for keys and passphrases: it leaves no copy in memory.
bool input_read_secret(const char *name, struct octets *out);

// input_free_secret cleanses and frees a secret, and empties `*secret`.
void input_free_secret(struct octets *secret);

// input_fill reads from a descriptor that blocks until `buf` is full or the input ends. Returns how
// much it read, or -1 and errno.
ssize_t input_fill(int fd, void *buf, size_t size);

// input_is_exposed returns whether others can read or write a secret file with this mode. The group
// may read it, but not write it.
bool input_is_exposed(mode_t mode);

#endif
