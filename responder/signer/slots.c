// SPDX-License-Identifier: MIT
//
// A free list in an array. A job's number is the index of its slot and how often that was used, so
// that a late result is not taken for that of another job.
#include "signer/slots.h"

#include <stdlib.h>

enum { NO_SLOT = UINT32_MAX / 2 };

struct job_slot {
    struct signer_done done;
    int64_t deadline;
    uint32_t use;
    uint32_t next_free;
    bool is_busy;
};

bool slots_init(struct slots *slots, size_t n)
{
    if (n >= NO_SLOT)
        n = NO_SLOT - 1;
    *slots = (struct slots){.all = calloc(n, sizeof *slots->all), .n = n};
    if (slots->all == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        slots->all[i].next_free = i + 1 < n ? (uint32_t)(i + 1) : NO_SLOT;
    pthread_mutex_init(&slots->lock, NULL);
    return true;
}

void slots_cleanup(struct slots *slots)
{
    if (slots->all == NULL)
        return;
    pthread_mutex_destroy(&slots->lock);
    free(slots->all);
}

bool slots_take(struct slots *slots, const struct signer_done *done, int64_t deadline,
                uint64_t *number)
{
    pthread_mutex_lock(&slots->lock);
    uint32_t i = slots->first_free;
    bool ok = !slots->is_closed && i != NO_SLOT;
    if (ok) {
        struct job_slot *slot = &slots->all[i];
        slots->first_free = slot->next_free;
        slots->n_busy++;
        slot->done = *done;
        slot->deadline = deadline;
        slot->is_busy = true;
        *number = (uint64_t)slot->use << 32 | i;
    }
    pthread_mutex_unlock(&slots->lock);
    return ok;
}

static struct job_slot *find(struct slots *slots, uint64_t number)
{
    size_t i = number & UINT32_MAX;
    if (i >= slots->n || !slots->all[i].is_busy || slots->all[i].use != number >> 32)
        return NULL;
    return &slots->all[i];
}

static struct signer_done empty(struct slots *slots, struct job_slot *slot)
{
    slot->is_busy = false;
    slot->use++;
    slot->next_free = slots->first_free;
    slots->first_free = (uint32_t)(slot - slots->all);
    slots->n_busy--;
    return slot->done;
}

// Returns what is to be called, with a `done` of NULL when the slot is free already.
static struct signer_done take_out(struct slots *slots, uint64_t number)
{
    struct signer_done done = {0};
    pthread_mutex_lock(&slots->lock);
    struct job_slot *slot = find(slots, number);
    if (slot != NULL)
        done = empty(slots, slot);
    pthread_mutex_unlock(&slots->lock);
    return done;
}

bool slots_give_back(struct slots *slots, uint64_t number)
{
    return take_out(slots, number).done != NULL;
}

bool slots_has(struct slots *slots, uint64_t number)
{
    pthread_mutex_lock(&slots->lock);
    bool has = find(slots, number) != NULL;
    pthread_mutex_unlock(&slots->lock);
    return has;
}

void slots_finish(struct slots *slots, uint64_t number, struct oc_bytes der)
{
    struct signer_done done = take_out(slots, number);
    if (done.done != NULL)
        done.done(done.arg, der);
}

bool slots_finish_late(struct slots *slots, int64_t now)
{
    bool is_late = false;
    for (size_t i = 0; i < slots->n; i++) {
        struct job_slot *slot = &slots->all[i];
        struct signer_done done = {0};
        pthread_mutex_lock(&slots->lock);
        if (slot->is_busy && slot->deadline <= now)
            done = empty(slots, slot);
        pthread_mutex_unlock(&slots->lock);
        if (done.done == NULL)
            continue;
        done.done(done.arg, (struct oc_bytes){0});
        is_late = true;
    }
    return is_late;
}

void slots_close(struct slots *slots)
{
    pthread_mutex_lock(&slots->lock);
    slots->is_closed = true;
    pthread_mutex_unlock(&slots->lock);
    slots_finish_late(slots, INT64_MAX);
}
