// SPDX-License-Identifier: MIT
//
// Dropping privileges: the user and the system calls. An attacker who takes over a process gets
// only what it needs for signing or answering.
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

// sandbox_drop switches to `user` and its groups, permanently. If `user` is NULL or the process
// does not run as root, the user stays. In any case no program that is started from here can gain
// privileges, and no other process can read or dump the memory of this one. Returns false and
// writes the reason to the `size` bytes at `why` on failure.
bool sandbox_drop(const char *user, char *why, size_t size);

// sandbox_signer restricts the process to the system calls that a signer needs once it has loaded
// its keys: open descriptors, memory, threads, clocks and random numbers. It cannot open files or
// sockets any more. Call it before threads are started. It fails as sandbox_drop() does.
//
// A system call that only an attacker would use kills the process. Other calls that are not listed
// fail with EPERM, and those that libc can replace with ENOSYS.
bool sandbox_signer(char *why, size_t size);

// sandbox_worker does the same for the worker, which also accepts connections, and opens, locks and
// maps the files of stores. It cannot create sockets or processes.
bool sandbox_worker(char *why, size_t size);

#endif
