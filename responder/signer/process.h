// SPDX-License-Identifier: MIT
//
// The process that holds the keys. It signs nothing but responses that it builds itself from a job:
// cert IDs of its issuers, a status, and times within its bounds. It talks to the worker over one
// SOCK_SEQPACKET socket, each packet a whole message.
#ifndef SIGNER_PROCESS_H
#define SIGNER_PROCESS_H

#include "config/config.h"

// signer_run is the whole life of the signer process: it loads the keys, drops its privileges,
// sends its hello on `socket`, and signs until the other end is closed, which only the worker may
// hold. SIGTERM, SIGHUP and SIGINT are ignored. It returns the exit status.
int signer_run(const struct config *config, int socket);

#endif
