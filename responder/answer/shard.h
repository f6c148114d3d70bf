// SPDX-License-Identifier: MIT
//
// One part of the cache; the caller holds its lock. It is a hash table, a ring for eviction (CLOCK:
// a hand goes round and evicts what was not used since it last passed), and a heap ordered by the
// time of refresh.
#ifndef ANSWER_SHARD_H
#define ANSWER_SHARD_H

#include "answer/cached.h"

#include <pthread.h>

// struct cache_key identifies an answer.
struct cache_key {
    uint64_t issuer;
    enum oc_hash hash;
    struct oc_bytes serial;
};

// struct shard_place is one place of the table, free when `cached` is NULL.
struct shard_place {
    uint64_t number;
    struct cached *cached;
};

// struct shard is one part; zero is empty. An answer whose hash is `number` is in the place given
// by the low bits, or in the next free one after it (linear probing). `heap[0]` is due first.
struct shard {
    pthread_mutex_t lock;
    struct shard_place *places;
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

// shard_octets returns how many bytes an answer takes, its part of the tables included.
size_t shard_octets(const struct cached *cached);

// shard_find finds an answer; NULL when it is not there. `number` is the hash of `key`.
struct cached *shard_find(const struct shard *shard, uint64_t number, const struct cache_key *key);

// shard_add adds an answer that is not there yet, and becomes an owner. Returns false when out of
// memory. shard_drop removes an answer, shard_drop_at the one at an index of the heap.
bool shard_add(struct shard *shard, struct cached *cached, uint64_t number);
void shard_drop(struct shard *shard, const struct cached *cached);
void shard_drop_at(struct shard *shard, size_t at);

// shard_evict evicts answers until no more than `max_octets` bytes are left.
void shard_evict(struct shard *shard, size_t max_octets);

// shard_due_again moves an answer in the heap after its `links.due` has changed.
void shard_due_again(struct shard *shard, struct cached *cached);

#endif
