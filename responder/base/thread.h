// SPDX-License-Identifier: MIT
//
// Threads that get no signals: those are for the thread that the process began with.
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

// thread_start starts a thread that gets no signals. Returns 0 or an error number, as
// pthread_create(3) does.
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

// thread_block_signals blocks all signals, also for threads that a library starts from now on, and
// thread_restore_signals undoes it.
void thread_block_signals(sigset_t *before);
void thread_restore_signals(const sigset_t *before);

// thread_init_lock prepares a lock that many threads hold for reading, one shortly after another.
// A thread that wants to write comes first, or it would wait for ever. Returns false if the system
// lacks resources.
bool thread_init_lock(pthread_rwlock_t *lock);

// thread_processors returns how many processors there are, at least 1.
size_t thread_processors(void);

#endif
