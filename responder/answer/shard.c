// SPDX-License-Identifier: MIT
//
// A look-up in a large cache spends most of its time waiting for memory. So the table has the
// hashes beside the pointers: one cache line tells where an answer is, and everything that will be
// read of that answer is prefetched at once.
#include "answer/shard.h"

#include <stdlib.h>

// MALLOC_OCTETS is what malloc() adds to a block. An answer's part of the tables is counted as if
// they had just been doubled.
enum { FIRST_PLACES = 128, MALLOC_OCTETS = 16 };

// LINE is a cache line of the processor, FETCHED how many bytes of an answer are prefetched.
enum { LINE = 64, FETCHED = 1024 };

static bool is_key(const struct cached *cached, const struct cache_key *key)
{
    return cached->issuer == key->issuer && cached->hash == key->hash &&
           oc_bytes_equal((struct oc_bytes){cached->serial, cached->serial_len}, key->serial);
}

size_t shard_octets(const struct cached *cached)
{
    return sizeof *cached + cached->der_len + MALLOC_OCTETS + 4 * sizeof(struct shard_place);
}

// The heap: no answer is due before its parent.

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

void shard_due_again(struct shard *shard, struct cached *cached)
{
    heap_rise(shard, cached);
    heap_sink(shard, cached);
}

// `shard->n` still counts the answer that is removed.
static void heap_remove(struct shard *shard, size_t at)
{
    struct cached *last = shard->heap[--shard->n];
    if (at == shard->n)
        return;
    heap_set(shard, at, last);
    shard_due_again(shard, last);
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

// The table: at most three quarters of its places are taken.

static size_t next_place(const struct shard *shard, size_t at)
{
    return (at + 1) & (shard->n_places - 1);
}

static void fetch(const struct cached *cached)
{
    for (size_t i = 0; i < FETCHED; i += LINE)
        __builtin_prefetch((const uint8_t *)cached + i);
}

struct cached *shard_find(const struct shard *shard, uint64_t number, const struct cache_key *key)
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
    shard->places[at] = (struct shard_place){cached->links.number, cached};
}

static bool grow_table(struct shard *shard)
{
    if (shard->n < shard->n_places / 4 * 3)
        return true;
    size_t n = shard->n_places == 0 ? FIRST_PLACES : shard->n_places * 2;
    struct shard_place *places = calloc(n, sizeof *places);
    if (places == NULL)
        return false;
    free(shard->places);
    shard->places = places;
    shard->n_places = n;
    for (size_t i = 0; i < shard->n; i++)
        take_place(shard, shard->heap[i]);
    return true;
}

// The answers after a place that becomes free move up, but not before their own place.
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
    shard->places[hole] = (struct shard_place){0};
}

static void leave_ring(struct shard *shard, struct cached *cached)
{
    struct cached_links *links = &cached->links;
    if (shard->hand == cached)
        shard->hand = links->ring_next == cached ? NULL : links->ring_next;
    links->ring_prev->links.ring_next = links->ring_next;
    links->ring_next->links.ring_prev = links->ring_prev;
}

// The new answer goes behind the hand, which reaches it last.
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

void shard_drop_at(struct shard *shard, size_t at)
{
    struct cached *cached = shard->heap[at];
    leave_place(shard, cached);
    leave_ring(shard, cached);
    heap_remove(shard, at);
    shard->octets -= shard_octets(cached);
    cached_release(cached);
}

void shard_drop(struct shard *shard, const struct cached *cached)
{
    shard_drop_at(shard, cached->links.at);
}

void shard_evict(struct shard *shard, size_t max_octets)
{
    while (shard->octets > max_octets && shard->hand != NULL) {
        struct cached *cached = shard->hand;
        shard->hand = cached->links.ring_next;
        if (cached->links.is_referenced) {
            cached->links.is_referenced = false;
            continue;
        }
        shard_drop(shard, cached);
        shard->n_evicted++;
    }
}

bool shard_add(struct shard *shard, struct cached *cached, uint64_t number)
{
    if (!grow_heap(shard) || !grow_table(shard))
        return false;
    cached_hold(cached);
    cached->links = (struct cached_links){.number = number, .due = cached->refresh_at};
    take_place(shard, cached);
    join_ring(shard, cached);
    cached->links.at = shard->n++;
    heap_rise(shard, cached);
    shard->octets += shard_octets(cached);
    return true;
}

void shard_cleanup(struct shard *shard)
{
    while (shard->hand != NULL)
        shard_drop(shard, shard->hand);
    free(shard->places);
    free(shard->heap);
}
