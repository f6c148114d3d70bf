// SPDX-License-Identifier: MIT
//
// What the kinds of stores share among themselves: how they are opened, and how they say what
// failed.
#ifndef STORE_KIND_H
#define STORE_KIND_H

#include "store/store.h"

// Each of these opens one kind of store. Returns NULL after store_fail().
struct store *store_database_open(const char *path, const struct oc_issuer *issuer,
                                  enum store_mode mode);
struct store *store_index_open(const struct issuer_config *config);
struct store *store_crl_open(const struct issuer_config *config, const struct oc_issuer *issuer);

// store_fail notes, for the calling thread, what has failed, and returns false.
__attribute__((format(printf, 2, 3))) bool store_fail(enum store_fault fault, const char *format,
                                                      ...);

// store_fail_memory is store_fail() for a lack of memory.
bool store_fail_memory(void);

// store_last_why and store_last_fault give that back; they are every store's `why` and `fault`.
const char *store_last_why(struct store *store);
enum store_fault store_last_fault(struct store *store);

#endif
