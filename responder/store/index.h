// SPDX-License-Identifier: MIT
//
// The store that is OpenSSL's index.txt (ca(1ssl)).
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store/store.h"

// index_store_open opens and reads such a file. Returns NULL and sets `*err` on failure.
struct store *index_store_open(const char *path, struct store_error *err);

#endif
