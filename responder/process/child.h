// SPDX-License-Identifier: MIT
//
// Starts a process of this program's own, that has nothing of its parent but one socket and
// standard error, and that ends with it.
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include "config/config.h"

#include <sys/types.h>

// child_start runs `life` in a new process called `name`, with one end of a pair of sockets
// (SOCK_SEQPACKET); `*socket` is the other end. Returns the process, or -1 and errno.
pid_t child_start(const char *name, int (*life)(const struct config *config, int socket),
                  const struct config *config, int *socket);

#endif
