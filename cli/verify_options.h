// SPDX-License-Identifier: MIT
//
// The arguments of `ocsp verify`.
#ifndef CLI_VERIFY_OPTIONS_H
#define CLI_VERIFY_OPTIONS_H

#include "option.h"
#include "program/argument.h"
#include "program/command.h"

#include <ocsp/verify.h>

// struct verify_options is the parsed arguments. The certificate in question is
// named by exactly one of `cert`, `serial` and `request`. In `policy` the nonce of a request
// and the trusted responders are not set yet.
struct verify_options {
    const char **issuers;
    size_t n_issuers;
    const char **trusted;
    size_t n_trusted;
    const char *cert;
    struct option_serial serial_given;
    struct octets serial;  // the content of an INTEGER
    const char *request;
    const char *response;
    bool json;
    uint8_t nonce[NONCE_MAX];
    struct oc_policy policy;
};

// verify_options_parse parses the arguments. Returns EX_OK, EX_USAGE after an error line, or -1 for
// --help. verify_options_free frees what it allocated; call it in any case.
int verify_options_parse(const struct command *self, int argc, char **argv,
                         struct verify_options *out);
void verify_options_free(struct verify_options *options);

#endif
