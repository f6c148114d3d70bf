// SPDX-License-Identifier: MIT
//
// The process in front: HTTP, cache and stores, without any key.
#ifndef PROCESS_WORKER_H
#define PROCESS_WORKER_H

#include "config/config.h"

// worker_run is the whole life of the process in front: it gives up its rights as `config` says,
// then serves what comes over the socket `control`, until it is told to end or the other end is
// gone. It returns the exit status.
int worker_run(const struct config *config, int control);

#endif
