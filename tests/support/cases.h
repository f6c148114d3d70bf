// SPDX-License-Identifier: MIT
//
// Reads the case files that tests/data/generate.py writes.
//
// A file is a list of blocks, an empty line between them; a line that starts with
// '#' is a comment. A block is one message and its expected outcome:
//
//     name: produced_at_missing
//     kind: response
//     code: missing
//     offset: 31
//     what: producedAt is missing (RFC 6960 4.2.1)
//     hex: 3082...
//
// An accepted message has the code "ok" and, in place of offset and what, its
// deviations and lines of the form "expect: KEY VALUE".
#ifndef TESTS_SUPPORT_CASES_H
#define TESTS_SUPPORT_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// struct test_case is one block. Fields that the block does not have are NULL or 0.
struct test_case {
    char *name;
    char *kind;
    char *code;
    size_t offset;
    char *what;
    char *deviations;  // names with a comma between them, or "none"
    char **expect;
    size_t n_expect;
    uint8_t *der;
    size_t len;
};

struct case_file {
    struct test_case *cases;
    size_t n;
};

// case_file_read reads the file at `path`. It prints a message and exits if the file cannot be
// read or is not written as above.
void case_file_read(struct case_file *out, const char *path);

// case_file_free frees what case_file_read() made.
void case_file_free(struct case_file *file);

// case_accepted returns whether the message must be accepted.
bool case_accepted(const struct test_case *c);

// file_read reads a whole file into memory that the caller frees. It prints a message and exits
// if the file cannot be read.
uint8_t *file_read(const char *path, size_t *len);

#endif
