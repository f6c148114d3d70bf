// SPDX-License-Identifier: MIT
//
// The arguments of `ocsp staple`. They are kept as given, for when the configuration is reloaded.
#ifndef CLI_STAPLE_OPTIONS_H
#define CLI_STAPLE_OPTIONS_H

#include "staple/setting.h"

// struct staple_given is an option as getopt_long() returned it.
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

// staple_options_parse parses the arguments. Returns EX_OK, EX_USAGE after an error line, or -1 for
// --help. staple_options_free frees them; call it in any case.
int staple_options_parse(const struct command *self, int argc, char **argv,
                         struct staple_options *out);
void staple_options_free(struct staple_options *options);

// staple_options_setup makes a setup from the arguments and the configuration. Options override the
// configuration. Returns EX_OK, or EX_USAGE or EX_CONFIG after an error line. The caller frees
// `*out` in any case.
int staple_options_setup(const struct command *self, const struct staple_options *options,
                         struct staple_setup *out);

#endif
