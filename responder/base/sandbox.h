// SPDX-License-Identifier: MIT
//
// Giving up rights: the user, and the system calls. What is not needed to sign, or to answer, is
// not there for whoever takes the process over.
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

// sandbox_drop becomes `user`, with the groups of that user, for good. Without one (NULL), or when
// the process does not run as root, nothing is changed. In any case no program started from here
// can get more rights, and nobody can look into the memory of this process or make it dump that.
// Returns false, and the reason in `why`.
bool sandbox_drop(const char *user, char *why, size_t size);

// sandbox_signer leaves the process with the system calls of one that has loaded its keys: reading
// and writing what is open, memory, threads, clocks, random numbers. It opens no file and no
// socket any more. Call it before there are threads.
//
// A system call that nobody here has a use for, and an attacker has, ends the process; others
// that are not listed fail with EPERM, and those that libc knows how to replace with ENOSYS.
bool sandbox_signer(char *why, size_t size);

// sandbox_worker is that for the process in front, which also accepts connections and opens,
// locks and maps the files of stores. It makes no socket and no process.
bool sandbox_worker(char *why, size_t size);

#endif
