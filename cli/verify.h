// SPDX-License-Identifier: MIT
//
// `ocsp verify`.
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "program/command.h"

// verify_run is `ocsp verify`: it verifies a response.
int verify_run(const struct command *self, int argc, char **argv);

#endif
