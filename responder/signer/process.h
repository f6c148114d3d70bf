// SPDX-License-Identifier: MIT
//
// The process that holds the keys. It signs nothing but responses that it builds itself from a job:
// cert IDs of its issuers, a status, and times within its bounds. It talks to the worker over one
// SOCK_SEQPACKET socket, each packet a whole message.
#ifndef SIGNER_PROCESS_H
#define SIGNER_PROCESS_H

#include "config/config.h"

// signer_run is the whole life of the process with the keys: it loads them, gives up its rights,
// says hello on `socket`, and signs until that is closed: nobody but the process in front may hold
// its other end. SIGTERM, SIGHUP and SIGINT are ignored. It returns the exit status.
int signer_run(const struct config *config, int socket);

#endif
