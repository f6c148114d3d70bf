// SPDX-License-Identifier: MIT
//
// Starts a process of this program's own, that has nothing of its parent but one socket and
// standard error, and that ends with it.
#ifndef RESPONDER_PROCESS_H
#define RESPONDER_PROCESS_H

#include "config.h"

#include <sys/types.h>

// process_start runs `life` in a new process called `name`, with one end of a pair of sockets
// (SOCK_SEQPACKET); `*socket` is the other end. Returns the process, or -1 and errno.
pid_t process_start(const char *name, int (*life)(const struct config *config, int socket),
                    const struct config *config, int *socket);

#endif
