// SPDX-License-Identifier: MIT
//
// The supervisor: it reads the configuration, opens sockets, and starts and watches the worker and
// the signer.
#ifndef PROCESS_SUPERVISOR_H
#define PROCESS_SUPERVISOR_H

// supervisor_run serves according to a configuration file until a signal stops it. It returns the
// exit status (sysexits.h).
int supervisor_run(const char *file);

#endif
