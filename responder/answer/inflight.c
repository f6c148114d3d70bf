// SPDX-License-Identifier: MIT
//
// A hash table of fixed size: the queue of the signer bounds the number of its entries.
#include "answer/inflight.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum { N_BUCKETS = 1024 };

struct inflight_table {
    pthread_mutex_t lock;
    uint64_t seed;
    struct inflight *buckets[N_BUCKETS];
};

struct inflight_table *inflight_new(void)
{
    struct inflight_table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    if (getrandom(&table->seed, sizeof table->seed, 0) != sizeof table->seed) {
        free(table);
        return NULL;
    }
    pthread_mutex_init(&table->lock, NULL);
    return table;
}

void inflight_free(struct inflight_table *table)
{
    if (table == NULL)
        return;
    pthread_mutex_destroy(&table->lock);
    free(table);
}

static bool is_same(const struct inflight *a, const struct inflight *b)
{
    return a->epoch == b->epoch && a->issuer == b->issuer && a->hash == b->hash &&
           record_equal(&a->record, &b->record) && a->single.serial_len == b->single.serial_len &&
           memcmp(a->single.serial, b->single.serial, a->single.serial_len) == 0;
}

bool inflight_join(struct inflight_table *table, struct inflight *like)
{
    like->hash_of_key = XXH3_64bits_withSeed(like->single.serial, like->single.serial_len,
                                             table->seed ^ like->issuer);
    struct inflight **bucket = &table->buckets[like->hash_of_key % N_BUCKETS];
    pthread_mutex_lock(&table->lock);
    struct inflight *found = *bucket;
    while (found != NULL && !is_same(found, like))
        found = found->next;
    if (found == NULL) {
        like->next = *bucket;
        *bucket = like;
    } else if (like->waiters != NULL) {
        like->waiters->next = found->waiters;
        found->waiters = like->waiters;
    }
    pthread_mutex_unlock(&table->lock);
    return found != NULL;
}

struct engine_waiter *inflight_leave(struct inflight_table *table, struct inflight *inflight)
{
    struct inflight **at = &table->buckets[inflight->hash_of_key % N_BUCKETS];
    pthread_mutex_lock(&table->lock);
    while (*at != inflight)
        at = &(*at)->next;
    *at = inflight->next;
    struct engine_waiter *waiters = inflight->waiters;
    inflight->waiters = NULL;
    pthread_mutex_unlock(&table->lock);
    return waiters;
}
