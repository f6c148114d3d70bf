// SPDX-License-Identifier: MIT
//
// The files of a staple: what is there, whether it has changed, and the new one in its place.
#ifndef CLI_STAPLE_FILE_H
#define CLI_STAPLE_FILE_H

#include "program/input.h"
#include "staple/setting.h"

#include <sys/types.h>

// struct staple_stamp tells one state of a file from another.
struct staple_stamp {
    bool is_there;
    dev_t device;
    ino_t inode;
    off_t size;
    int64_t seconds;
    long nanoseconds;
};

// staple_stamp_of looks at a file; staple_stamp_equal tells whether two looks saw the same.
struct staple_stamp staple_stamp_of(const char *path);
bool staple_stamp_equal(const struct staple_stamp *a, const struct staple_stamp *b);

// staple_file_read reads the staple that is there, which the caller frees. Without one, or with
// something that is none, `*out` is zero. Returns what forbids to replace what is there, NULL if
// nothing does.
const char *staple_file_read(const struct staple_setting *setting, struct octets *out);

// staple_file_write replaces the staple: with the rights that are wanted, else those of the file
// that is there. Returns false after an error line.
bool staple_file_write(const struct staple_setting *setting, struct oc_bytes octets);

#endif
