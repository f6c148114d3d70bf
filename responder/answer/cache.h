// SPDX-License-Identifier: MIT
//
// The cache of signed answers, by issuer, hash and serial number, bounded in bytes. Answers that
// are rarely used are evicted first. May be used by any number of threads.
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "answer/cached.h"

struct cache;

// cache_new makes a cache of at most `max_octets` bytes, its own tables included. Returns NULL when
// out of memory or of random numbers. cache_free frees it; cache_resize changes the bound.
struct cache *cache_new(size_t max_octets);
void cache_free(struct cache *cache);
void cache_resize(struct cache *cache, size_t max_octets);

// cache_get finds an answer and makes the caller an owner; NULL when there is none.
struct cached *cache_get(struct cache *cache, uint64_t issuer, enum oc_hash hash,
                         struct oc_bytes serial);

// cache_epoch returns a number that each drop increases. Read it before the store is asked:
// cache_put adds an answer only if nothing was dropped since `epoch`, so that no answer from before
// a change enters the cache after it. The caller stays an owner. Returns whether the answer was
// added.
uint64_t cache_epoch(const struct cache *cache);
bool cache_put(struct cache *cache, struct cached *cached, uint64_t epoch);

// cache_drop drops the answers about a serial number, with every hash, and begins a new epoch.
void cache_drop(struct cache *cache, uint64_t issuer, struct oc_bytes serial);

// cache_drop_if drops the answers for which `is_wrong` returns true, and begins a new epoch.
void cache_drop_if(struct cache *cache, bool (*is_wrong)(void *arg, const struct cached *cached),
                   void *arg);

// cache_due returns at most `n` answers that a client has got and whose `refresh_at` is before
// `now`, and makes the caller an owner. It drops expired answers on the way.
size_t cache_due(struct cache *cache, int64_t now, struct cached **out, size_t n);

// struct cache_counts is what the cache holds.
struct cache_counts {
    size_t n_entries;
    size_t octets;
    uint64_t n_evicted;
    int64_t oldest;  // the earliest this_update, 0 when it is empty
};

void cache_count(struct cache *cache, struct cache_counts *out);

#endif
