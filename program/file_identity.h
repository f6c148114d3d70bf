// SPDX-License-Identifier: MIT
//
// Whether a file is still the same, by what stat(2) reports.
#ifndef PROGRAM_FILE_IDENTITY_H
#define PROGRAM_FILE_IDENTITY_H

#include <stdbool.h>
#include <sys/stat.h>

// struct file_identity is one state of a file. All zero is that of a file that cannot be found.
struct file_identity {
    bool is_there;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written;  // st_mtim
    struct timespec changed;  // st_ctim
};

// file_identity_of takes the identity from what stat(2) reports, and file_identity_at calls it for
// a path; if it fails, the result is all zero and errno says why.
struct file_identity file_identity_of(const struct stat *st);
struct file_identity file_identity_at(const char *path);

// file_identity_same_file returns whether both are the same file, file_identity_same_content
// whether it also has the same size and time of modification, and file_identity_same also the same
// time of its last change, which no program can set back. Two files that cannot be found are the
// same.
bool file_identity_same_file(const struct file_identity *a, const struct file_identity *b);
bool file_identity_same_content(const struct file_identity *a, const struct file_identity *b);
bool file_identity_same(const struct file_identity *a, const struct file_identity *b);

#endif
