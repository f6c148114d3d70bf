// SPDX-License-Identifier: MIT
//
// Starts a child process that keeps nothing of its parent but one socket and standard error, and
// that is killed when its parent exits.
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include "config/config.h"

#include <sys/types.h>

// child_start runs `life` in a new process named `name`, with one end of a socket pair
// (SOCK_SEQPACKET); `*socket` is the other end. Returns the process ID, or -1 and sets errno.
pid_t child_start(const char *name, int (*life)(const struct config *config, int socket),
                  const struct config *config, int *socket);

#endif
