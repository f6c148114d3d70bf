// SPDX-License-Identifier: MIT
//
// The jobs that a signer process is working on. Each holds a slot until it is done, and there are
// as many slots as jobs may be in flight.
#ifndef SIGNER_SLOTS_H
#define SIGNER_SLOTS_H

#include <ocsp/base.h>

#include <pthread.h>
#include <stdatomic.h>

// struct signer_done gets the result of a job: `der` is the response, absent when it could not be
// made, or not in time. It is valid during the call, which comes from another thread.
struct signer_done {
    void (*done)(void *arg, struct oc_bytes der);
    void *arg;
};

// struct slots is the table. It may be used by any number of threads.
struct slots {
    pthread_mutex_t lock;
    struct job_slot *all;
    size_t n;
    uint32_t first_free;
    bool is_closed;
    atomic_size_t n_busy;
};

// slots_init makes `n` free slots. Returns false when out of memory. slots_cleanup frees them.
bool slots_init(struct slots *slots, size_t n);
void slots_cleanup(struct slots *slots);

// slots_take gives a job a slot until `deadline`, in milliseconds of the monotonic clock, and sets
// `*number`, by which the result names the job. Returns false when no slot is free, or after
// slots_close().
bool slots_take(struct slots *slots, const struct signer_done *done, int64_t deadline,
                uint64_t *number);

// slots_give_back frees the slot of a job that was not sent. Returns false when it is free already:
// then `done` was called.
bool slots_give_back(struct slots *slots, uint64_t number);

// slots_has returns whether a job still has its slot.
bool slots_has(struct slots *slots, uint64_t number);

// slots_finish frees the slot of a job and calls its `done`, unless the slot is free already.
void slots_finish(struct slots *slots, uint64_t number, struct oc_bytes der);

// slots_finish_late fails the jobs whose deadline is not after `now`. Returns whether there was
// one.
bool slots_finish_late(struct slots *slots, int64_t now);

// slots_close refuses every further job, and fails those that have a slot.
void slots_close(struct slots *slots);

#endif
