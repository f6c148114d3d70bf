// SPDX-License-Identifier: MIT
//
// `ocsp check`.
#ifndef CLI_CHECK_CHECK_H
#define CLI_CHECK_CHECK_H

#include "program/command.h"

// check_run is `ocsp check`: it asks whether certificates are still good.
int check_run(const struct command *self, int argc, char **argv);

#endif
