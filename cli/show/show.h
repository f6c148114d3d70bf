// SPDX-License-Identifier: MIT
//
// `ocsp show`.
#ifndef CLI_SHOW_SHOW_H
#define CLI_SHOW_SHOW_H

#include "program/command.h"

// show_run is `ocsp show`: it prints messages and certificates.
int show_run(const struct command *self, int argc, char **argv);

#endif
