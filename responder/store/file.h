// SPDX-License-Identifier: MIT
//
// A store that is a file somebody else writes, read whole into a table and again when it has
// changed. What cannot be believed is refused, and what was read before stays.
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "store/table.h"

// struct file_kind is how a kind of file is read. `read` fills `table`, which is empty, from the
// `len` octets at `text`, behind which stands a NUL and which it may change; `before` is the table
// so far, in which others look up meanwhile, or NULL. Returns false after store_fail(), whose text
// begins with `path`; soon, when table_goes_on() says that nobody waits. `arg` is for it. It is
// called by any thread, but by one at a time.
struct file_kind {
    const char *name;
    size_t max_len;
    bool (*read)(void *arg, const char *path, char *text, size_t len, const struct table *before,
                 struct table *table);
    void *arg;
};

// store_file_open opens such a store; `arg` is freed with it, and here when it fails.
//
// What takes longer to read than a moment is read by a thread of the store's own: until a later
// poll takes it, what was read before is told as of when it was known to be current last. The last
// poll reads nothing: what it would find counts as everything.
struct store *store_file_open(const struct file_kind *kind, const char *path);

#endif
