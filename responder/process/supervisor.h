// SPDX-License-Identifier: MIT
//
// The first process: it reads the configuration, opens sockets, starts the others and watches them.
#ifndef PROCESS_SUPERVISOR_H
#define PROCESS_SUPERVISOR_H

// supervisor_run serves by a configuration file until a signal ends it. It returns the exit status
// (sysexits.h).
int supervisor_run(const char *file);

#endif
