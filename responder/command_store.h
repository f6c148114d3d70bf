// SPDX-License-Identifier: MIT
//
// What the commands on the store share: their common options, the store of one issuer, the rule
// by which records change, and how all of it is written.
#ifndef RESPONDER_COMMAND_STORE_H
#define RESPONDER_COMMAND_STORE_H

#include "argument.h"
#include "commands.h"
#include "config.h"
#include "store.h"

#include <getopt.h>
#include <stdio.h>

// command_find finds a command of the table, which must be there.
const struct ocspd_command *command_find(const char *name);

// struct counter is the store of one issuer, open for a command, which is called `title`.
struct counter {
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

// COUNTER_OPTIONS are the options that each of these commands has; counter_option takes one of
// them and tells whether it was one. "help" is 'h', for the caller.
#define COUNTER_OPTIONS                                                                            \
    {"config", required_argument, NULL, 'c'}, {"issuer", required_argument, NULL, 'i'},            \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }
void counter_init(struct counter *counter, const char *title);
bool counter_option(struct counter *counter, int option);

// counter_read_config reads the configuration, and counter_open opens the store; with STORE_WRITE
// the issuer must have its statuses in the database. Both return EX_OK, or the exit status after
// an error line. counter_close closes all, whatever was opened.
int counter_read_config(struct counter *counter);
int counter_open(struct counter *counter, enum store_mode mode);
void counter_close(struct counter *counter);

// counter_failed says what has failed in the store, and returns the exit status that tells the
// kind of it: EX_TEMPFAIL when it is locked, EX_NOINPUT when it is not there, EX_DATAERR when it
// is no store, EX_IOERR for the rest.
int counter_failed(const struct counter *counter);
int store_fault_status(enum store_fault fault);

// serial_read reads a serial number of at most SERIAL_MAX octets into `buf`. Returns false when
// there is none.
bool serial_read(const char *text, uint8_t buf[SERIAL_MAX], struct oc_bytes *out);

// SERIAL_TEXT is the room for the text of a serial number, and serial_text writes it: hex behind
// 0x, as it may be given to commands again.
enum { SERIAL_TEXT = 2 * SERIAL_MAX + 4 };
const char *serial_text(struct oc_bytes serial, char buf[SERIAL_TEXT]);

// RECORD_TEXT is the room for a record as text, for instance "revoked since 2024-04-03T12:00:00Z,
// keyCompromise", and record_text writes it.
enum { RECORD_TEXT = 128 };
const char *record_text(const struct record *record, char buf[RECORD_TEXT]);

// reason_read reads a reason that a certificate can be revoked for, by its name (RFC 5280 5.3.1):
// what is unspecified has none.
bool reason_read(const char *text, struct record *out);

// reason_is_worse tells whether a revocation for `b`'s reason says more than one for `a`'s: a key
// that others may have is worst, and a hold is least.
bool reason_is_worse(const struct record *a, const struct record *b);

// record_merge puts together what is known and what is told from elsewhere. A revocation is never
// taken back, and of two the worse counts, since the earlier time. Returns false when `told` says
// something that does not count.
bool record_merge(const struct record *known, const struct record *told, struct record *out);

// record_is_same tells whether two records say the same.
bool record_is_same(const struct record *a, const struct record *b);

#endif
