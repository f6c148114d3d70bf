// SPDX-License-Identifier: MIT
//
// A store that is a file somebody else writes, read whole into a table and again when it has
// changed. What cannot be believed is refused, and what was read before stays.
#ifndef RESPONDER_STORE_FILE_H
#define RESPONDER_STORE_FILE_H

#include "table.h"

// struct file_kind is how a kind of file is read. `read` makes a table of its `len` octets at
// `text`, behind which stands a NUL and which it may change; `before` is the table so far, or
// NULL. It returns NULL after store_fail(), whose text begins with `path`. `arg` is for it.
struct file_kind {
    const char *name;
    size_t max_len;
    struct table *(*read)(void *arg, const char *path, char *text, size_t len,
                          const struct table *before);
    void *arg;
};

// store_file_open opens such a store; `arg` is freed with it, and here when it fails.
struct store *store_file_open(const struct file_kind *kind, const char *path);

#endif
