// SPDX-License-Identifier: MIT
//
// Comparing states of files. The three comparisons grow stricter from the first to the last.
#include "program/file_identity.h"

struct file_identity file_identity_of(const struct stat *st)
{
    return (struct file_identity){
        .is_there = true,
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
        .written = st->st_mtim,
        .changed = st->st_ctim,
    };
}

struct file_identity file_identity_at(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? file_identity_of(&st) : (struct file_identity){0};
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_identity_same_file(const struct file_identity *a, const struct file_identity *b)
{
    return a->is_there == b->is_there && a->device == b->device && a->inode == b->inode;
}

bool file_identity_same_content(const struct file_identity *a, const struct file_identity *b)
{
    return file_identity_same_file(a, b) && a->size == b->size &&
           is_same_time(&a->written, &b->written);
}

bool file_identity_same(const struct file_identity *a, const struct file_identity *b)
{
    return file_identity_same_content(a, b) && is_same_time(&a->changed, &b->changed);
}
