// SPDX-License-Identifier: MIT
//
// The arguments of `ocsp respond`.
#ifndef CLI_RESPOND_OPTIONS_H
#define CLI_RESPOND_OPTIONS_H

#include "option.h"
#include "program/command.h"
#include "program/input.h"
#include "signing.h"

#include <ocsp/response.h>

// enum next_update_rule is how next update is determined.
enum next_update_rule {
    NEXT_UPDATE_USUAL = 0,  // a day after this update, or when the signer's certificate expires
    NEXT_UPDATE_GIVEN,
    NEXT_UPDATE_NONE,
};

// struct respond_options is the parsed arguments. The certificate in question is
// named by exactly one of `cert`, `serial` and `request`. Of `answer` the status, the
// revocation and this update are set; `next_update`, if it is given.
struct respond_options {
    const char *issuer;
    struct signing_options signing;
    const char *cert;
    struct option_serial serial_given;
    struct octets serial;  // the content of an INTEGER
    const char *request;
    enum oc_hash hash;
    struct oc_single_response answer;
    enum next_update_rule next_update;
    int64_t produced_at;
    bool by_name;
    bool no_certs;
    const char *out;
};

// respond_options_parse parses the arguments. Returns EX_OK, EX_USAGE after an error line, or -1
// for
// --help. respond_options_free frees what it allocated; call it in any case.
int respond_options_parse(const struct command *self, int argc, char **argv,
                          struct respond_options *out);
void respond_options_free(struct respond_options *options);

#endif
