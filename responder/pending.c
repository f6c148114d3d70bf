// SPDX-License-Identifier: MIT
//
// A hash table of fixed size: there are never more answers under way than the queue of the signer
// takes.
#include "pending.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum { N_BUCKETS = 1024 };

struct pendings {
    pthread_mutex_t lock;
    uint64_t seed;
    struct pending *buckets[N_BUCKETS];
};

struct pendings *pendings_new(void)
{
    struct pendings *pendings = calloc(1, sizeof *pendings);
    if (pendings == NULL)
        return NULL;
    if (getrandom(&pendings->seed, sizeof pendings->seed, 0) != sizeof pendings->seed) {
        free(pendings);
        return NULL;
    }
    pthread_mutex_init(&pendings->lock, NULL);
    return pendings;
}

void pendings_free(struct pendings *pendings)
{
    if (pendings == NULL)
        return;
    pthread_mutex_destroy(&pendings->lock);
    free(pendings);
}

static bool is_same(const struct pending *a, const struct pending *b)
{
    return a->epoch == b->epoch && a->issuer == b->issuer && a->hash == b->hash &&
           record_equal(&a->record, &b->record) && a->single.serial_len == b->single.serial_len &&
           memcmp(a->single.serial, b->single.serial, a->single.serial_len) == 0;
}

bool pendings_join(struct pendings *pendings, struct pending *like)
{
    like->hash_of_key = XXH3_64bits_withSeed(like->single.serial, like->single.serial_len,
                                             pendings->seed ^ like->issuer);
    struct pending **bucket = &pendings->buckets[like->hash_of_key % N_BUCKETS];
    pthread_mutex_lock(&pendings->lock);
    struct pending *found = *bucket;
    while (found != NULL && !is_same(found, like))
        found = found->next;
    if (found == NULL) {
        like->next = *bucket;
        *bucket = like;
    } else if (like->waiters != NULL) {
        like->waiters->next = found->waiters;
        found->waiters = like->waiters;
    }
    pthread_mutex_unlock(&pendings->lock);
    return found != NULL;
}

struct front_waiter *pendings_leave(struct pendings *pendings, struct pending *pending)
{
    struct pending **at = &pendings->buckets[pending->hash_of_key % N_BUCKETS];
    pthread_mutex_lock(&pendings->lock);
    while (*at != pending)
        at = &(*at)->next;
    *at = pending->next;
    struct front_waiter *waiters = pending->waiters;
    pending->waiters = NULL;
    pthread_mutex_unlock(&pendings->lock);
    return waiters;
}
