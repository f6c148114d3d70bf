// SPDX-License-Identifier: MIT
//
// The store in the database of ocspd, a file of SQLite.
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/store.h"

#include <ocsp/issuer.h>

// sqlite_store_open opens the part of a database that belongs to `issuer`. Returns NULL and sets
// `*err` on failure. store/database_file.h creates a database.
struct store *sqlite_store_open(const char *path, const struct oc_issuer *issuer,
                                enum store_mode mode, struct store_error *err);

#endif
