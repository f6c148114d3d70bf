// SPDX-License-Identifier: MIT
//
// The commands on the store: their common options, and the open store of one issuer.
#ifndef COMMAND_SESSION_H
#define COMMAND_SESSION_H

#include "config/config.h"
#include "program/argument.h"
#include "store/store.h"

#include <ocsp/issuer.h>

#include <getopt.h>
#include <stdio.h>

// struct session is the open store of one issuer. `title` is the title of the command.
struct session {
    const char *title;
    const char *config_file;  // --config
    const char *issuer_name;  // --issuer, or NULL
    struct config *config;
    const struct issuer_config *issuer_config;
    struct oc_crypto *crypto;
    struct oc_list certs;
    struct oc_issuer issuer;
    struct store *store;
};

// SESSION_OPTIONS are the common options, for getopt_long(). session_option applies one of them and
// returns whether it was one. The caller handles "help", which is 'h'.
#define SESSION_OPTIONS                                                                            \
    {"config", required_argument, NULL, 'c'}, {"issuer", required_argument, NULL, 'i'},            \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }
void session_init(struct session *session, const char *title);
bool session_option(struct session *session, int option);

// session_read_config reads the configuration. session_open does so too, and opens the store; with
// STORE_WRITE, that must be the database. Both return EX_OK, or the exit status after an error
// line. session_close closes whatever was opened.
int session_read_config(struct session *session);
int session_open(struct session *session, enum store_mode mode);
void session_close(struct session *session);

// session_failed reports a failure of the store, and returns its exit status.
int session_failed(const struct session *session, const struct store_error *err);

// store_fault_status returns the exit status for a failure: EX_TEMPFAIL if the store is locked,
// EX_NOINPUT if it does not exist, EX_DATAERR if it is not a store, otherwise EX_IOERR.
int store_fault_status(enum store_fault fault);

#endif
