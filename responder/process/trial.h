// SPDX-License-Identifier: MIT
//
// Tries whether a configuration can be served, as the user that will serve it.
#ifndef PROCESS_TRIAL_H
#define PROCESS_TRIAL_H

#include "config/config.h"

#include <stdbool.h>

// enum trial is how much is tried.
enum trial {
    TRIAL_FILES,   // reads certificates of issuers and opens sources, which is quick
    TRIAL_STORES,  // also reads the sources
};

// config_try checks whether the worker could serve a configuration that config_inspect() accepted.
// It does so in a child process that switches to the configuration's user, so nothing is opened
// with more rights. It also rejects two issuers that are the same. Returns EX_OK; or, with the
// reason in `why`, EX_CONFIG if only another configuration or other permissions can help, and
// EX_TEMPFAIL or EX_OSERR otherwise.
//
// The calling process must have no other threads.
int config_try(struct config *config, enum trial trial, char *why, size_t size);

// struct findings is what config_try_file() has found. `line` is called with each thing that is
// wrong or soon will be, but does not make the configuration invalid. With `lacks_signer` an issuer
// has no signer that is valid now, so it cannot be served; with `is_out_of_date` a source has
// expired or is not yet valid, and only its issuer would not be answered for.
struct findings {
    void (*line)(void *arg, const char *text);
    void *arg;
    bool lacks_signer;
    bool is_out_of_date;
};

// config_try_file reads a configuration file, loads the signers with their keys, and tries the
// stores, as serving it would. Returns false, with the reason in `why`, if it is invalid.
//
// There must be no other threads.
bool config_try_file(const char *file, struct findings *findings, char *why, size_t size);

#endif
