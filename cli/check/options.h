// SPDX-License-Identifier: MIT
//
// What `ocsp check` is asked for.
#ifndef CLI_CHECK_OPTIONS_H
#define CLI_CHECK_OPTIONS_H

#include "asking.h"
#include "target.h"

// enum check_form is who reads the result.
enum check_form {
    CHECK_TABLE = 0,
    CHECK_JSON,
    CHECK_NAGIOS,
    CHECK_PROMETHEUS,
};

// struct check_options is the arguments, read and checked.
struct check_options {
    struct asking_options asking;
    struct target_options target;
    bool soft_fail;
    enum check_form form;
    char **targets;
    size_t n_targets;
};

// check_options_parse reads the arguments. Returns EX_OK; EX_USAGE after an error line; or -1
// for help that was asked for. check_options_free frees what it made, in any case.
int check_options_parse(const struct command *self, int argc, char **argv,
                        struct check_options *out);
void check_options_free(struct check_options *options);

#endif
