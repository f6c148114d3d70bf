// SPDX-License-Identifier: MIT
//
// The arguments of `ocsp check`.
#ifndef CLI_CHECK_OPTIONS_H
#define CLI_CHECK_OPTIONS_H

#include "asking.h"
#include "check/host.h"
#include "option.h"

// enum check_form is the output format.
enum check_form {
    CHECK_TABLE = 0,
    CHECK_JSON,
    CHECK_NAGIOS,
    CHECK_PROMETHEUS,
};

// struct check_options is the parsed arguments.
struct check_options {
    struct asking_options asking;
    struct host_options host;
    bool soft_fail;
    enum check_form form;
    struct option_serials serials;
    char **targets;
    size_t n_targets;
};

// check_options_parse parses the arguments. Returns EX_OK, EX_USAGE after an error line, or -1 for
// --help. check_options_free frees what it allocated; call it in any case.
int check_options_parse(const struct command *self, int argc, char **argv,
                        struct check_options *out);
void check_options_free(struct check_options *options);

#endif
