// SPDX-License-Identifier: MIT
//
// One part of the cache, without its lock: who calls holds that. A hash table; a ring with a hand
// that goes round and evicts what was not used since it last came by; and a heap by the time at
// which an answer is to be refreshed.
#ifndef ANSWER_SHARD_H
#define ANSWER_SHARD_H

#include "answer/cache.h"

#include <pthread.h>

// struct cache_key is what an answer is found by.
struct cache_key {
    uint64_t issuer;
    enum oc_hash hash;
    struct oc_bytes serial;
};

// struct place is one place of the table, free when `cached` is NULL.
struct place {
    uint64_t number;
    struct cached *cached;
};

// struct shard is one part, empty when it is zero. What has `number` is in the place of its low
// bits or in one of those behind it, with none free between. `heap` has what is due first in front.
struct shard {
    pthread_mutex_t lock;
    struct place *places;
    size_t n_places;
    struct cached **heap;
    size_t heap_size;
    size_t n;
    struct cached *hand;
    size_t octets;
    uint64_t n_evicted;
};

// shard_cleanup drops everything and frees the tables.
void shard_cleanup(struct shard *shard);

// shard_octets counts what an answer takes, its part of the tables included.
size_t shard_octets(const struct cached *cached);

// shard_find finds an answer; NULL when it is not there. `number` is the hash of `key`.
struct cached *shard_find(const struct shard *shard, uint64_t number, const struct cache_key *key);

// shard_add puts in an answer that is not there yet, of which it becomes an owner. Returns false
// when there is no memory. shard_drop takes one out, shard_drop_at that at this place of the heap.
bool shard_add(struct shard *shard, struct cached *cached, uint64_t number);
void shard_drop(struct shard *shard, const struct cached *cached);
void shard_drop_at(struct shard *shard, size_t at);

// shard_evict drops what was not used for longest until no more than `max_octets` are left.
void shard_evict(struct shard *shard, size_t max_octets);

// shard_due_again moves an answer in the heap after its `links.due` has changed.
void shard_due_again(struct shard *shard, struct cached *cached);

#endif
