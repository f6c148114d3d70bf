// SPDX-License-Identifier: MIT
//
// Changes in the stores, taken out of the cache.
#ifndef ANSWER_CHANGES_H
#define ANSWER_CHANGES_H

#include "answer/answer.h"
#include "answer/cache.h"

// changes_poll asks the store of an issuer what has changed and drops the answers concerned.
// `is_last` says that the store will not be polled again. Returns false and sets `*err` when the
// store cannot be read.
bool changes_poll(struct cache *cache, const struct served_issuer *issuer, bool is_last,
                  struct store_error *err);

// changes_drop_all drops every answer about an issuer's certificates.
void changes_drop_all(struct cache *cache, const struct served_issuer *issuer);

// changes_take_failure is called after changes_poll() failed with `fault`. A source that cannot be
// read for a moment has changed nothing. One that is gone, or is another one than before, may have:
// after some failures in a row, or at once when its data are invalid, the answers that rest on it
// are dropped. A file may be absent for a moment while it is being replaced.
void changes_take_failure(struct cache *cache, struct served_issuer *issuer,
                          enum store_fault fault);

#endif
