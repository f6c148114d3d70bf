// SPDX-License-Identifier: MIT
//
// What the commands on the store share: their common options, the store of one issuer, the rule
// by which records change, and how all of it is written.
#ifndef COMMAND_SESSION_H
#define COMMAND_SESSION_H

#include "config/config.h"
#include "program/argument.h"
#include "store/store.h"

#include <getopt.h>
#include <stdio.h>

// struct session is the store of one issuer, open for a command, which is called `title`.
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

// SESSION_OPTIONS are the options that each of these commands has; session_option takes one of
// them and tells whether it was one. "help" is 'h', for the caller.
#define SESSION_OPTIONS                                                                            \
    {"config", required_argument, NULL, 'c'}, {"issuer", required_argument, NULL, 'i'},            \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }
void session_init(struct session *session, const char *title);
bool session_option(struct session *session, int option);

// session_read_config reads the configuration, and session_open opens the store; with STORE_WRITE
// the issuer must have its statuses in the database. Both return EX_OK, or the exit status after
// an error line. session_close closes all, whatever was opened.
int session_read_config(struct session *session);
int session_open(struct session *session, enum store_mode mode);
void session_close(struct session *session);

// session_failed says what has failed in the store, and returns the exit status that tells the
// kind of it: EX_TEMPFAIL when it is locked, EX_NOINPUT when it is not there, EX_DATAERR when it
// is no store, EX_IOERR for the rest.
int session_failed(const struct session *session);
int store_fault_status(enum store_fault fault);

#endif
