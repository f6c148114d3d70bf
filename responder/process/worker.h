// SPDX-License-Identifier: MIT
//
// The worker process: HTTP, cache and stores, but no key.
#ifndef PROCESS_WORKER_H
#define PROCESS_WORKER_H

#include "config/config.h"

// worker_run is the main function of the worker process: it gives up its rights as `config` says,
// then serves the configurations that arrive on the socket `control`, until it gets CONTROL_DRAIN
// or the other end is closed. It returns the exit status.
int worker_run(const struct config *config, int control);

#endif
