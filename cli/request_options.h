// SPDX-License-Identifier: MIT
//
// The arguments of `ocsp request`.
#ifndef CLI_REQUEST_OPTIONS_H
#define CLI_REQUEST_OPTIONS_H

#include "option.h"
#include "program/argument.h"
#include "program/command.h"
#include "signing.h"

// struct request_options is the parsed arguments.
struct request_options {
    enum oc_hash hash;
    bool has_nonce;
    uint8_t nonce[NONCE_MAX];
    size_t nonce_len;  // 0 is a nonce still to be made
    bool sign;
    struct signing_options signing;
    const char *out;
    struct option_serials serials;
    const char **files;  // first the issuers, then the certificates
    size_t n_issuers;
    size_t n_files;
};

// request_options_parse parses the arguments. Returns EX_OK, EX_USAGE after an error line, or -1
// for
// --help. request_options_free frees what it allocated; call it in any case.
int request_options_parse(const struct command *self, int argc, char **argv,
                          struct request_options *out);
void request_options_free(struct request_options *options);

#endif
