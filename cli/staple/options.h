// SPDX-License-Identifier: MIT
//
// The arguments of `ocsp staple`, kept as they were given: the configuration can be read again.
#ifndef CLI_STAPLE_OPTIONS_H
#define CLI_STAPLE_OPTIONS_H

#include "staple/setting.h"

// struct staple_given is an option, as getopt_long() gave it.
struct staple_given {
    int option;
    const char *argument;
};

// struct staple_options is the arguments. `config` is NULL without --config.
struct staple_options {
    struct staple_given *given;
    size_t n;
    const char *config;
};

// staple_options_parse reads the arguments. Returns EX_OK, EX_USAGE after an error line, or -1
// for --help. staple_options_free frees them, in any case.
int staple_options_parse(const struct command *self, int argc, char **argv,
                         struct staple_options *out);
void staple_options_free(struct staple_options *options);

// staple_options_setup makes a setup of the arguments and the configuration; an option goes
// before what the configuration says. Returns EX_OK, or EX_USAGE or EX_CONFIG after an error
// line. The caller frees `*out` in any case.
int staple_options_setup(const struct command *self, const struct staple_options *options,
                         struct staple_setup *out);

#endif
