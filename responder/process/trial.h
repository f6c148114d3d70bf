// SPDX-License-Identifier: MIT
//
// Whether a configuration can be served, tried as the user who is to serve it.
#ifndef PROCESS_TRIAL_H
#define PROCESS_TRIAL_H

#include "config/config.h"

// enum trial is how much is tried.
enum trial {
    TRIAL_FILES,   // issuers' certificates are read, and sources can be opened; it takes no time
    TRIAL_STORES,  // and sources are read
};

// config_try looks whether the process in front could serve a configuration that was inspected: in
// a process of its own, which becomes the configuration's user, so that this one opens nothing with
// more rights. It also finds issuers that are the same. Returns EX_OK; or, with the reason in
// `why`, EX_CONFIG when nothing but another configuration or other rights help, and EX_TEMPFAIL or
// EX_OSERR for the rest.
//
// There must be no other threads.
int config_try(const struct config *config, enum trial trial, char *why, size_t size);

#endif
