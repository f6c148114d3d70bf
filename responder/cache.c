// SPDX-License-Identifier: MIT
//
// A hash table in shards, each with a lock, a hand that goes round and evicts what was not used
// since it last came by, and a heap by the time at which an answer is to be refreshed. Serial
// numbers come from the network, so the hash has a secret seed.
//
// Most of the time of a look-up in a large cache is waiting for memory. So the table has the hashes
// beside the pointers, in runs: one line of it tells where an answer is. And all that will be read
// of that answer is asked for at once.
#include "cache.h"

#include <ocsp/cert_id.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

// What malloc() adds to each piece is counted as MALLOC_OCTETS, and an answer's part of the tables
// as if they had just been doubled.
enum { N_SHARDS = 16, FIRST_PLACES = 128, MALLOC_OCTETS = 16 };

// How long a refresh that was begun is waited for before it is due again, in seconds.
enum { AGAIN_AFTER = 30 };

// How many answers are looked at under one lock.
enum { LOOK_AT_ONCE = 1000 };

// LINE is a line of the processor's cache, and FETCHED how much of an answer is asked for at once.
enum { LINE = 64, FETCHED = 1024 };

// struct place is one place of the table, free when `cached` is NULL.
struct place {
    uint64_t number;
    struct cached *cached;
};

// struct shard is one part. What has `number` is in the place of its low bits or in one of those
// behind it, with none free between. The answers are also in a ring, and in the heap at `at`.
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

struct cache {
    struct shard shards[N_SHARDS];
    uint64_t seed;
    atomic_size_t max_octets;
    atomic_uint_fast64_t epoch;
    atomic_size_t n_looks;  // for what is due
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

// The high bits choose the shard, the low ones the place.
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
    return sizeof *cached + cached->der_len + MALLOC_OCTETS + 4 * sizeof(struct place);
}

// The heap: nothing is due before what is above it.

static void heap_set(struct shard *shard, size_t at, struct cached *cached)
{
    shard->heap[at] = cached;
    cached->links.at = at;
}

static void heap_rise(struct shard *shard, struct cached *cached)
{
    size_t at = cached->links.at;
    while (at > 0 && shard->heap[(at - 1) / 2]->links.due > cached->links.due) {
        heap_set(shard, at, shard->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_set(shard, at, cached);
}

static void heap_sink(struct shard *shard, struct cached *cached)
{
    size_t at = cached->links.at;
    for (;;) {
        size_t child = at * 2 + 1;
        if (child + 1 < shard->n &&
            shard->heap[child + 1]->links.due < shard->heap[child]->links.due)
            child++;
        if (child >= shard->n || shard->heap[child]->links.due >= cached->links.due)
            break;
        heap_set(shard, at, shard->heap[child]);
        at = child;
    }
    heap_set(shard, at, cached);
}

static void heap_move(struct shard *shard, struct cached *cached)
{
    heap_rise(shard, cached);
    heap_sink(shard, cached);
}

// `shard->n` is still with the one that goes.
static void heap_remove(struct shard *shard, size_t at)
{
    struct cached *last = shard->heap[--shard->n];
    if (at == shard->n)
        return;
    heap_set(shard, at, last);
    heap_move(shard, last);
}

static bool grow_heap(struct shard *shard)
{
    if (shard->n < shard->heap_size)
        return true;
    size_t size = shard->heap_size == 0 ? FIRST_PLACES / 2 : shard->heap_size * 2;
    struct cached **heap = realloc(shard->heap, size * sizeof(struct cached *));
    if (heap == NULL)
        return false;
    shard->heap = heap;
    shard->heap_size = size;
    return true;
}

// The table: three quarters of it are taken at most.

static size_t next_place(const struct shard *shard, size_t at)
{
    return (at + 1) & (shard->n_places - 1);
}

static void fetch(const struct cached *cached)
{
    for (size_t i = 0; i < FETCHED; i += LINE)
        __builtin_prefetch((const uint8_t *)cached + i);
}

static struct cached *find(const struct shard *shard, uint64_t number, const struct key *key)
{
    if (shard->n_places == 0)
        return NULL;
    size_t at = number & (shard->n_places - 1);
    for (; shard->places[at].cached != NULL; at = next_place(shard, at)) {
        struct cached *cached = shard->places[at].cached;
        if (shard->places[at].number != number)
            continue;
        fetch(cached);
        if (is_key(cached, key))
            return cached;
    }
    return NULL;
}

static void take_place(const struct shard *shard, struct cached *cached)
{
    size_t at = cached->links.number & (shard->n_places - 1);
    while (shard->places[at].cached != NULL)
        at = next_place(shard, at);
    shard->places[at] = (struct place){cached->links.number, cached};
}

static bool grow_table(struct shard *shard)
{
    if (shard->n < shard->n_places / 4 * 3)
        return true;
    size_t n = shard->n_places == 0 ? FIRST_PLACES : shard->n_places * 2;
    struct place *places = calloc(n, sizeof *places);
    if (places == NULL)
        return false;
    free(shard->places);
    shard->places = places;
    shard->n_places = n;
    for (size_t i = 0; i < shard->n; i++)
        take_place(shard, shard->heap[i]);
    return true;
}

// What stands behind a place that becomes free moves up, unless it would come before its own.
static void leave_place(struct shard *shard, const struct cached *cached)
{
    size_t mask = shard->n_places - 1;
    size_t hole = cached->links.number & mask;
    while (shard->places[hole].cached != cached)
        hole = next_place(shard, hole);
    for (size_t at = next_place(shard, hole); shard->places[at].cached != NULL;
         at = next_place(shard, at)) {
        size_t own = shard->places[at].number & mask;
        if (((at - own) & mask) < ((at - hole) & mask))
            continue;
        shard->places[hole] = shard->places[at];
        hole = at;
    }
    shard->places[hole] = (struct place){0};
}

static void leave_ring(struct shard *shard, struct cached *cached)
{
    struct cached_links *links = &cached->links;
    if (shard->hand == cached)
        shard->hand = links->ring_next == cached ? NULL : links->ring_next;
    links->ring_prev->links.ring_next = links->ring_next;
    links->ring_next->links.ring_prev = links->ring_prev;
}

// Behind the hand, which comes by there last.
static void join_ring(struct shard *shard, struct cached *cached)
{
    struct cached_links *links = &cached->links;
    if (shard->hand == NULL) {
        links->ring_next = links->ring_prev = shard->hand = cached;
        return;
    }
    links->ring_next = shard->hand;
    links->ring_prev = shard->hand->links.ring_prev;
    links->ring_prev->links.ring_next = cached;
    shard->hand->links.ring_prev = cached;
}

static void drop_at(struct shard *shard, size_t at)
{
    struct cached *cached = shard->heap[at];
    leave_place(shard, cached);
    leave_ring(shard, cached);
    heap_remove(shard, at);
    shard->octets -= octets_of(cached);
    cached_release(cached);
}

static void drop(struct shard *shard, const struct cached *cached)
{
    drop_at(shard, cached->links.at);
}

static void evict_until(struct shard *shard, size_t max_octets)
{
    while (shard->octets > max_octets && shard->hand != NULL) {
        struct cached *cached = shard->hand;
        shard->hand = cached->links.ring_next;
        if (cached->links.is_referenced) {
            cached->links.is_referenced = false;
            continue;
        }
        drop(shard, cached);
        shard->n_evicted++;
    }
}

static bool add(struct shard *shard, struct cached *cached, uint64_t number)
{
    if (!grow_heap(shard) || !grow_table(shard))
        return false;
    cached_hold(cached);
    cached->links = (struct cached_links){.number = number, .due = cached->refresh_at};
    take_place(shard, cached);
    join_ring(shard, cached);
    cached->links.at = shard->n++;
    heap_rise(shard, cached);
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
            drop(shard, shard->hand);
        free(shard->places);
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

void cached_hold(struct cached *cached)
{
    atomic_fetch_add_explicit(&cached->n_owners, 1, memory_order_relaxed);
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
    pthread_mutex_lock(&shard->lock);
    struct cached *cached = find(shard, number, &key);
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
    const struct key key = key_of(cached);
    struct cached *old = find(shard, number, &key);
    if (old != NULL)
        drop(shard, old);
    if (octets_of(cached) > shard_max(cache) || !add(shard, cached, number))
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
    struct cached *cached = find(shard, number, key);
    if (cached != NULL)
        drop(shard, cached);
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
        struct cached *cached = shard->hand;
        for (size_t left = shard->n; left > 0; left--) {
            struct cached *next = cached->links.ring_next;
            if (is_wrong(arg, cached))
                drop(shard, cached);
            cached = next;
        }
        pthread_mutex_unlock(&shard->lock);
    }
}

// What nobody has asked for since it was made is not worth a signature; it is looked at again
// when it has expired.
static bool is_first_to_refresh(struct shard *shard, int64_t now)
{
    struct cached *cached = shard->heap[0];
    if (cached->next_update <= now) {
        drop_at(shard, 0);
        return false;
    }
    bool is_used = atomic_load(&cached->is_used);
    cached->links.due = is_used ? now + AGAIN_AFTER : cached->next_update;
    if (cached->links.due <= now)
        cached->links.due = now + 1;
    heap_move(shard, cached);
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
    // Another one first each time, lest the last never come to their turn.
    for (size_t i = 0; i < N_SHARDS && n_due < n; i++) {
        struct shard *shard = &cache->shards[(first + i) % N_SHARDS];
        pthread_mutex_lock(&shard->lock);
        n_due += shard_due(shard, now, out + n_due, n - n_due);
        pthread_mutex_unlock(&shard->lock);
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
