// SPDX-License-Identifier: MIT
//
// A store that is a file which another program writes: it is read whole into a table, and again
// when it changes. An invalid file is refused, and the table read before stays.
#ifndef STORE_OLD_FILE_H
#define STORE_OLD_FILE_H

#include "store/old_file_read.h"

// old_file_store_open opens such a store. It takes over `kind->arg`, which it frees with the store,
// and also on failure, when it returns NULL and sets `*err`.
//
// A file that takes long to read is read by a thread of the store. Until a poll takes the result,
// answers come from the old table, with the time when that was last known to be current. The last
// poll does not read the file but reports a change of it as everything.
struct store *old_file_store_open(const struct old_file_kind *kind, const char *path,
                                  struct store_error *err);

#endif
