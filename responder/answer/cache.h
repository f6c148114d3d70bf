// SPDX-License-Identifier: MIT
//
// Signed answers in memory, by issuer, hash and serial number, bounded in octets. What is used
// seldom goes first. May be used by any number of threads.
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "base/record.h"

#include <ocsp/base.h>

#include <stdatomic.h>

// struct cached is one answer, what is looked at for each request in front. It is not changed once
// it is in the cache, and freed by its last owner. `links` is the cache's own.
struct cached {
    atomic_uint n_owners;
    enum oc_hash hash;
    uint64_t issuer;
    size_t der_len;
    atomic_bool is_used;  // it was given to somebody
    uint8_t serial_len;
    uint8_t serial[SERIAL_MAX];
    int64_t this_update;
    int64_t next_update;
    int64_t max_age;
    uint8_t signer[32];
    char etag[65];  // SHA-256 of `der` in hex
    struct record record;
    int64_t refresh_at;
    struct cached_links {
        struct cached *ring_next;
        struct cached *ring_prev;
        uint64_t number;
        int64_t due;
        size_t at;
        bool is_referenced;
    } links;
    uint8_t der[];
};

struct cache;

// cache_new makes a cache of at most `max_octets`, its own tables included; cache_free ends it;
// cache_resize changes the bound.
struct cache *cache_new(size_t max_octets);
void cache_free(struct cache *cache);
void cache_resize(struct cache *cache, size_t max_octets);

// cached_new makes an answer with one owner; NULL when there is no memory. cached_hold adds an
// owner, cached_release takes one away.
struct cached *cached_new(struct oc_bytes der);
void cached_hold(struct cached *cached);
void cached_release(struct cached *cached);

// cache_get finds an answer, of which the caller becomes an owner; NULL when there is none.
struct cached *cache_get(struct cache *cache, uint64_t issuer, enum oc_hash hash,
                         struct oc_bytes serial);

// cache_epoch counts the changes that were dropped. Read it before a store is asked: cache_put
// puts an answer in only if nothing was dropped since `epoch`, so that what has changed in between
// does not come back. The caller stays an owner.
uint64_t cache_epoch(const struct cache *cache);
bool cache_put(struct cache *cache, struct cached *cached, uint64_t epoch);

// cache_drop drops the answers about a serial number by every hash, and begins a new epoch.
void cache_drop(struct cache *cache, uint64_t issuer, struct oc_bytes serial);

// cache_drop_if drops what `is_wrong` says yes to, and begins a new epoch.
void cache_drop_if(struct cache *cache, bool (*is_wrong)(void *arg, const struct cached *cached),
                   void *arg);

// cache_due gives at most `n` answers that were given to somebody and whose `refresh_at` is before
// `now`; the caller becomes an owner. What has expired is dropped on the way.
size_t cache_due(struct cache *cache, int64_t now, struct cached **out, size_t n);

// struct cache_counts is what is in it.
struct cache_counts {
    size_t n_entries;
    size_t octets;
    uint64_t n_evicted;
    int64_t oldest;  // the earliest this_update, 0 when it is empty
};

void cache_count(struct cache *cache, struct cache_counts *out);

#endif
