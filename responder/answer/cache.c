// SPDX-License-Identifier: MIT
//
// Shards, each with a lock. Serial numbers come from the network, so the hash has a secret seed.
#include "answer/cache.h"

#include "answer/shard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum { N_SHARDS = 16 };

// Seconds after which an answer whose refresh has begun is due again.
enum { AGAIN_AFTER = 30 };

// Answers that are looked at while a lock is held once.
enum { LOOK_AT_ONCE = 1000 };

struct cache {
    struct shard shards[N_SHARDS];
    uint64_t seed;
    atomic_size_t max_octets;
    atomic_uint_fast64_t epoch;
    atomic_size_t n_looks;  // for what is due
};

static struct cache_key key_of(const struct cached *cached)
{
    return (struct cache_key){cached->issuer, cached->hash, {cached->serial, cached->serial_len}};
}

static uint64_t hash_of(const struct cache *cache, const struct cache_key *key)
{
    uint64_t seed = cache->seed ^ key->issuer ^ (uint64_t)key->hash;
    return XXH3_64bits_withSeed(key->serial.data, key->serial.len, seed);
}

// The high bits choose the shard, the low ones the place.
static struct shard *shard_of(struct cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 60 & (N_SHARDS - 1)];
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
        shard_cleanup(shard);
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
        shard_evict(&cache->shards[i], shard_max(cache));
        pthread_mutex_unlock(&cache->shards[i].lock);
    }
}

struct cached *cache_get(struct cache *cache, uint64_t issuer, enum oc_hash hash,
                         struct oc_bytes serial)
{
    const struct cache_key key = {issuer, hash, serial};
    uint64_t number = hash_of(cache, &key);
    struct shard *shard = shard_of(cache, number);
    pthread_mutex_lock(&shard->lock);
    struct cached *cached = shard_find(shard, number, &key);
    if (cached != NULL) {
        cached->links.is_referenced = true;
        cached_hold(cached);
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
    const struct cache_key key = key_of(cached);
    struct cached *old = shard_find(shard, number, &key);
    if (old != NULL)
        shard_drop(shard, old);
    if (shard_octets(cached) > shard_max(cache) || !shard_add(shard, cached, number))
        return false;
    shard_evict(shard, shard_max(cache));
    return true;
}

// The epoch is compared under the lock: a drop begins the new epoch first and then takes the lock,
// so it finds what was added before.
bool cache_put(struct cache *cache, struct cached *cached, uint64_t epoch)
{
    const struct cache_key key = key_of(cached);
    uint64_t number = hash_of(cache, &key);
    struct shard *shard = shard_of(cache, number);
    pthread_mutex_lock(&shard->lock);
    bool is_in = atomic_load(&cache->epoch) == epoch && put_into(cache, shard, cached, number);
    pthread_mutex_unlock(&shard->lock);
    return is_in;
}

static void drop_key(struct cache *cache, const struct cache_key *key)
{
    uint64_t number = hash_of(cache, key);
    struct shard *shard = shard_of(cache, number);
    pthread_mutex_lock(&shard->lock);
    struct cached *cached = shard_find(shard, number, key);
    if (cached != NULL)
        shard_drop(shard, cached);
    pthread_mutex_unlock(&shard->lock);
}

void cache_drop(struct cache *cache, uint64_t issuer, struct oc_bytes serial)
{
    atomic_fetch_add(&cache->epoch, 1);
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++)
        drop_key(cache, &(struct cache_key){issuer, hash, serial});
}

void cache_drop_if(struct cache *cache, bool (*is_wrong)(void *arg, const struct cached *cached),
                   void *arg)
{
    atomic_fetch_add(&cache->epoch, 1);
    for (size_t i = 0; i < N_SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_lock(&shard->lock);
        struct cached *cached = shard->hand;
        for (size_t left = shard->n; left > 0; left--) {
            struct cached *next = cached->links.ring_next;
            if (is_wrong(arg, cached))
                shard_drop(shard, cached);
            cached = next;
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

// An answer that no client has got since it was made is not worth a signature; it is looked at
// again when it has expired.
static bool is_first_to_refresh(struct shard *shard, int64_t now)
{
    struct cached *cached = shard->heap[0];
    if (cached->next_update <= now) {
        shard_drop_at(shard, 0);
        return false;
    }
    bool is_used = atomic_load(&cached->is_used);
    cached->links.due = is_used ? now + AGAIN_AFTER : cached->next_update;
    if (cached->links.due <= now)
        cached->links.due = now + 1;
    shard_due_again(shard, cached);
    return is_used;
}

static size_t shard_due(struct shard *shard, int64_t now, struct cached **out, size_t n)
{
    size_t n_due = 0;
    while (n_due < n && shard->n > 0 && shard->heap[0]->links.due <= now) {
        struct cached *cached = shard->heap[0];
        if (!is_first_to_refresh(shard, now))
            continue;
        cached_hold(cached);
        out[n_due++] = cached;
    }
    return n_due;
}

size_t cache_due(struct cache *cache, int64_t now, struct cached **out, size_t n)
{
    size_t n_due = 0;
    size_t first = atomic_fetch_add(&cache->n_looks, 1);
    // Each call starts with another shard, so that the last ones get their turn.
    for (size_t i = 0; i < N_SHARDS && n_due < n; i++) {
        struct shard *shard = &cache->shards[(first + i) % N_SHARDS];
        pthread_mutex_lock(&shard->lock);
        n_due += shard_due(shard, now, out + n_due, n - n_due);
        pthread_mutex_unlock(&shard->lock);
    }
    return n_due;
}

// The heap is not in the order of this_update, so every answer is looked at, some at a time, so
// that no request waits long for the lock. An answer that moves meanwhile may be missed.
static void look_for_oldest(struct shard *shard, int64_t *oldest)
{
    bool is_end = false;
    for (size_t from = 0; !is_end; from += LOOK_AT_ONCE) {
        pthread_mutex_lock(&shard->lock);
        for (size_t i = from; i < shard->n && i < from + LOOK_AT_ONCE; i++) {
            int64_t this_update = shard->heap[i]->this_update;
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
