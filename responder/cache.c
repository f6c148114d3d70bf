// SPDX-License-Identifier: MIT
//
// A hash table in shards, each with a lock, a hand that goes round and evicts what was not used
// since it last came by, and a heap by the time at which an answer is to be refreshed. Serial
// numbers come from the network, so the hash has a secret seed.
#include "cache.h"

#include <ocsp/cert_id.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

// What malloc() adds to each piece is counted as MALLOC_OCTETS.
enum { N_SHARDS = 16, FIRST_BUCKETS = 64, MALLOC_OCTETS = 16 };

// How long a refresh that was begun is waited for before it is due again, in seconds.
enum { AGAIN_AFTER = 30 };

// How many answers are looked at under one lock.
enum { LOOK_AT_ONCE = 1000 };

// struct node is an answer in a shard: in a bucket, in the ring, and in the heap at `at`.
struct node {
    struct node *bucket_next;
    struct node *ring_next;
    struct node *ring_prev;
    struct cached *cached;
    uint64_t hash;
    int64_t due;
    size_t at;
    bool is_referenced;
};

struct shard {
    pthread_mutex_t lock;
    struct node **buckets;
    size_t n_buckets;
    struct node **heap;
    size_t heap_size;
    size_t n;
    struct node *hand;
    size_t octets;
    uint64_t n_evicted;
};

struct cache {
    struct shard shards[N_SHARDS];
    uint64_t seed;
    atomic_size_t max_octets;
    atomic_uint_fast64_t epoch;
};

// struct key is what an answer is found by.
struct key {
    uint64_t issuer;
    enum oc_hash hash;
    struct oc_bytes serial;
};

static struct key key_of(const struct cached *cached)
{
    return (struct key){cached->issuer, cached->hash, {cached->serial, cached->serial_len}};
}

static uint64_t hash_of(const struct cache *cache, const struct key *key)
{
    uint64_t seed = cache->seed ^ key->issuer ^ (uint64_t)key->hash;
    return XXH3_64bits_withSeed(key->serial.data, key->serial.len, seed);
}

// The low bits choose the bucket.
static struct shard *shard_of(struct cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 60 & (N_SHARDS - 1)];
}

static bool is_key(const struct cached *cached, const struct key *key)
{
    return cached->issuer == key->issuer && cached->hash == key->hash &&
           oc_bytes_equal((struct oc_bytes){cached->serial, cached->serial_len}, key->serial);
}

static size_t octets_of(const struct cached *cached)
{
    return sizeof(struct node) + sizeof(struct node *) * 2 + sizeof *cached + cached->der_len +
           2 * (size_t)MALLOC_OCTETS;
}

// The heap: no node is due before the one above it.

static void heap_set(struct shard *shard, size_t at, struct node *node)
{
    shard->heap[at] = node;
    node->at = at;
}

static void heap_rise(struct shard *shard, struct node *node)
{
    size_t at = node->at;
    while (at > 0 && shard->heap[(at - 1) / 2]->due > node->due) {
        heap_set(shard, at, shard->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_set(shard, at, node);
}

static void heap_sink(struct shard *shard, struct node *node)
{
    size_t at = node->at;
    for (;;) {
        size_t child = at * 2 + 1;
        if (child + 1 < shard->n && shard->heap[child + 1]->due < shard->heap[child]->due)
            child++;
        if (child >= shard->n || shard->heap[child]->due >= node->due)
            break;
        heap_set(shard, at, shard->heap[child]);
        at = child;
    }
    heap_set(shard, at, node);
}

static void heap_move(struct shard *shard, struct node *node)
{
    heap_rise(shard, node);
    heap_sink(shard, node);
}

// `shard->n` is still with the node that goes.
static void heap_remove(struct shard *shard, size_t at)
{
    struct node *last = shard->heap[--shard->n];
    if (at == shard->n)
        return;
    heap_set(shard, at, last);
    heap_move(shard, last);
}

// Room for one more: both tables grow by doubling.

static bool grow_heap(struct shard *shard)
{
    if (shard->n < shard->heap_size)
        return true;
    size_t size = shard->heap_size == 0 ? FIRST_BUCKETS : shard->heap_size * 2;
    struct node **heap = realloc(shard->heap, size * sizeof(struct node *));
    if (heap == NULL)
        return false;
    shard->heap = heap;
    shard->heap_size = size;
    return true;
}

static bool grow_buckets(struct shard *shard)
{
    if (shard->n < shard->n_buckets)
        return true;
    size_t n = shard->n_buckets == 0 ? FIRST_BUCKETS : shard->n_buckets * 2;
    struct node **buckets = calloc(n, sizeof(struct node *));
    if (buckets == NULL)
        return false;
    for (size_t i = 0; i < shard->n; i++) {
        struct node *node = shard->heap[i];
        node->bucket_next = buckets[node->hash & (n - 1)];
        buckets[node->hash & (n - 1)] = node;
    }
    free(shard->buckets);
    shard->buckets = buckets;
    shard->n_buckets = n;
    return true;
}

static struct node *find(const struct shard *shard, uint64_t hash, const struct key *key)
{
    if (shard->n_buckets == 0)
        return NULL;
    struct node *node = shard->buckets[hash & (shard->n_buckets - 1)];
    while (node != NULL && (node->hash != hash || !is_key(node->cached, key)))
        node = node->bucket_next;
    return node;
}

static void leave_bucket(struct shard *shard, const struct node *node)
{
    struct node **at = &shard->buckets[node->hash & (shard->n_buckets - 1)];
    while (*at != node)
        at = &(*at)->bucket_next;
    *at = node->bucket_next;
}

static void leave_ring(struct shard *shard, struct node *node)
{
    if (shard->hand == node)
        shard->hand = node->ring_next == node ? NULL : node->ring_next;
    node->ring_prev->ring_next = node->ring_next;
    node->ring_next->ring_prev = node->ring_prev;
}

// Behind the hand, which comes by there last.
static void join_ring(struct shard *shard, struct node *node)
{
    if (shard->hand == NULL) {
        node->ring_next = node->ring_prev = shard->hand = node;
        return;
    }
    node->ring_next = shard->hand;
    node->ring_prev = shard->hand->ring_prev;
    node->ring_prev->ring_next = node;
    shard->hand->ring_prev = node;
}

static void drop_at(struct shard *shard, size_t at)
{
    struct node *node = shard->heap[at];
    leave_bucket(shard, node);
    leave_ring(shard, node);
    heap_remove(shard, at);
    shard->octets -= octets_of(node->cached);
    cached_release(node->cached);
    free(node);
}

static void drop_node(struct shard *shard, const struct node *node)
{
    drop_at(shard, node->at);
}

static void evict_until(struct shard *shard, size_t max_octets)
{
    while (shard->octets > max_octets && shard->hand != NULL) {
        struct node *node = shard->hand;
        shard->hand = node->ring_next;
        if (node->is_referenced) {
            node->is_referenced = false;
            continue;
        }
        drop_node(shard, node);
        shard->n_evicted++;
    }
}

static bool add_node(struct shard *shard, struct cached *cached, uint64_t hash)
{
    struct node *node = calloc(1, sizeof *node);
    if (node == NULL || !grow_heap(shard) || !grow_buckets(shard)) {
        free(node);
        return false;
    }
    atomic_fetch_add(&cached->n_owners, 1);
    node->cached = cached;
    node->hash = hash;
    node->due = cached->refresh_at;
    node->bucket_next = shard->buckets[hash & (shard->n_buckets - 1)];
    shard->buckets[hash & (shard->n_buckets - 1)] = node;
    join_ring(shard, node);
    node->at = shard->n++;
    heap_rise(shard, node);
    shard->octets += octets_of(cached);
    return true;
}

struct cache *cache_new(size_t max_octets)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    if (getrandom(&cache->seed, sizeof cache->seed, 0) != sizeof cache->seed) {
        free(cache);
        return NULL;
    }
    for (size_t i = 0; i < N_SHARDS; i++)
        pthread_mutex_init(&cache->shards[i].lock, NULL);
    atomic_store(&cache->max_octets, max_octets);
    return cache;
}

void cache_free(struct cache *cache)
{
    for (size_t i = 0; cache != NULL && i < N_SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        while (shard->hand != NULL)
            drop_node(shard, shard->hand);
        free(shard->buckets);
        free(shard->heap);
        pthread_mutex_destroy(&shard->lock);
    }
    free(cache);
}

static size_t shard_max(struct cache *cache)
{
    return atomic_load(&cache->max_octets) / N_SHARDS;
}

void cache_resize(struct cache *cache, size_t max_octets)
{
    atomic_store(&cache->max_octets, max_octets);
    for (size_t i = 0; i < N_SHARDS; i++) {
        pthread_mutex_lock(&cache->shards[i].lock);
        evict_until(&cache->shards[i], shard_max(cache));
        pthread_mutex_unlock(&cache->shards[i].lock);
    }
}

struct cached *cached_new(struct oc_bytes der)
{
    struct cached *cached = calloc(1, sizeof *cached + der.len);
    if (cached == NULL)
        return NULL;
    atomic_init(&cached->n_owners, 1);
    cached->der_len = der.len;
    memcpy(cached->der, der.data, der.len);
    return cached;
}

void cached_release(struct cached *cached)
{
    if (cached == NULL || atomic_fetch_sub(&cached->n_owners, 1) != 1)
        return;
    free(cached);
}

struct cached *cache_get(struct cache *cache, uint64_t issuer, enum oc_hash hash,
                         struct oc_bytes serial)
{
    const struct key key = {issuer, hash, serial};
    uint64_t number = hash_of(cache, &key);
    struct shard *shard = shard_of(cache, number);
    struct cached *cached = NULL;
    pthread_mutex_lock(&shard->lock);
    struct node *node = find(shard, number, &key);
    if (node != NULL) {
        node->is_referenced = true;
        cached = node->cached;
        atomic_fetch_add_explicit(&cached->n_owners, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&shard->lock);
    if (cached != NULL && !atomic_load_explicit(&cached->is_used, memory_order_relaxed))
        atomic_store_explicit(&cached->is_used, true, memory_order_relaxed);
    return cached;
}

uint64_t cache_epoch(const struct cache *cache)
{
    return atomic_load(&cache->epoch);
}

static bool put_into(struct cache *cache, struct shard *shard, struct cached *cached,
                     uint64_t number)
{
    const struct key key = key_of(cached);
    struct node *old = find(shard, number, &key);
    if (old != NULL)
        drop_node(shard, old);
    if (octets_of(cached) > shard_max(cache) || !add_node(shard, cached, number))
        return false;
    evict_until(shard, shard_max(cache));
    return true;
}

// The epoch is looked at under the lock: who drops begins the new epoch first and takes the lock
// then, so that what is put in before is found there.
bool cache_put(struct cache *cache, struct cached *cached, uint64_t epoch)
{
    const struct key key = key_of(cached);
    uint64_t number = hash_of(cache, &key);
    struct shard *shard = shard_of(cache, number);
    pthread_mutex_lock(&shard->lock);
    bool is_in = atomic_load(&cache->epoch) == epoch && put_into(cache, shard, cached, number);
    pthread_mutex_unlock(&shard->lock);
    return is_in;
}

static void drop_key(struct cache *cache, const struct key *key)
{
    uint64_t number = hash_of(cache, key);
    struct shard *shard = shard_of(cache, number);
    pthread_mutex_lock(&shard->lock);
    struct node *node = find(shard, number, key);
    if (node != NULL)
        drop_node(shard, node);
    pthread_mutex_unlock(&shard->lock);
}

void cache_drop(struct cache *cache, uint64_t issuer, struct oc_bytes serial)
{
    atomic_fetch_add(&cache->epoch, 1);
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++)
        drop_key(cache, &(struct key){issuer, hash, serial});
}

void cache_drop_if(struct cache *cache, bool (*is_wrong)(void *arg, const struct cached *cached),
                   void *arg)
{
    atomic_fetch_add(&cache->epoch, 1);
    for (size_t i = 0; i < N_SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_lock(&shard->lock);
        struct node *node = shard->hand;
        for (size_t left = shard->n; left > 0; left--) {
            struct node *next = node->ring_next;
            if (is_wrong(arg, node->cached))
                drop_node(shard, node);
            node = next;
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

// What nobody has asked for since it was made is not worth a signature; it is looked at again
// when it has expired.
static bool is_first_to_refresh(struct shard *shard, int64_t now)
{
    struct node *node = shard->heap[0];
    struct cached *cached = node->cached;
    if (cached->next_update <= now) {
        drop_at(shard, 0);
        return false;
    }
    bool is_used = atomic_load(&cached->is_used);
    node->due = is_used ? now + AGAIN_AFTER : cached->next_update;
    if (node->due <= now)
        node->due = now + 1;
    heap_move(shard, node);
    return is_used;
}

static size_t shard_due(struct shard *shard, int64_t now, struct cached **out, size_t n)
{
    size_t n_due = 0;
    while (n_due < n && shard->n > 0 && shard->heap[0]->due <= now) {
        struct cached *cached = shard->heap[0]->cached;
        if (!is_first_to_refresh(shard, now))
            continue;
        atomic_fetch_add(&cached->n_owners, 1);
        out[n_due++] = cached;
    }
    return n_due;
}

size_t cache_due(struct cache *cache, int64_t now, struct cached **out, size_t n)
{
    size_t n_due = 0;
    for (size_t i = 0; i < N_SHARDS && n_due < n; i++) {
        pthread_mutex_lock(&cache->shards[i].lock);
        n_due += shard_due(&cache->shards[i], now, out + n_due, n - n_due);
        pthread_mutex_unlock(&cache->shards[i].lock);
    }
    return n_due;
}

// The heap is not in the order of this_update, so all are looked at, some at a time: nobody is to
// wait long for the lock. What moves in between may be missed.
static void look_for_oldest(struct shard *shard, int64_t *oldest)
{
    bool is_end = false;
    for (size_t from = 0; !is_end; from += LOOK_AT_ONCE) {
        pthread_mutex_lock(&shard->lock);
        for (size_t i = from; i < shard->n && i < from + LOOK_AT_ONCE; i++) {
            int64_t this_update = shard->heap[i]->cached->this_update;
            if (*oldest == 0 || this_update < *oldest)
                *oldest = this_update;
        }
        is_end = from + LOOK_AT_ONCE >= shard->n;
        pthread_mutex_unlock(&shard->lock);
    }
}

void cache_count(struct cache *cache, struct cache_counts *out)
{
    *out = (struct cache_counts){0};
    for (size_t i = 0; i < N_SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_lock(&shard->lock);
        out->n_entries += shard->n;
        out->octets += shard->octets;
        out->n_evicted += shard->n_evicted;
        pthread_mutex_unlock(&shard->lock);
        look_for_oldest(shard, &out->oldest);
    }
}
