// SPDX-License-Identifier: MIT
//
// How the functions of stores report failures: each takes a `struct store_error *err` and fills it.
#ifndef STORE_ERROR_H
#define STORE_ERROR_H

#include <stdbool.h>

// enum store_fault is the kind of a failure.
enum store_fault {
    STORE_FAULT_NONE = 0,
    STORE_FAULT_BUSY,    // another process has held the lock for too long: try again
    STORE_FAULT_ABSENT,  // the file does not exist
    STORE_FAULT_DATA,    // the content of the file is invalid
    STORE_FAULT_SYSTEM,  // anything else: a full disk, missing permissions, no memory
};

// struct store_error is what has failed: its kind, and one line about it for the operator. A
// function sets it only when it fails, so it needs no initial value. NULL is allowed wherever a
// function takes one; then only the return value reports the failure.
struct store_error {
    enum store_fault fault;
    char text[512];
};

// store_fail fills `*err` and returns false; a text that is too long is cut. store_fail_memory does
// so for a lack of memory, and store_fail_again copies an earlier error.
__attribute__((format(printf, 3, 4))) bool
store_fail(struct store_error *err, enum store_fault fault, const char *format, ...);
bool store_fail_memory(struct store_error *err);
bool store_fail_again(struct store_error *err, const struct store_error *earlier);

// store_fail_errno is store_fail() with "PATH: REASON", where errno is the reason.
bool store_fail_errno(struct store_error *err, const char *path);

// store_error_clear sets `*err` to STORE_FAULT_NONE without a text.
void store_error_clear(struct store_error *err);

#endif
