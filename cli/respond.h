// SPDX-License-Identifier: MIT
//
// `ocsp respond`.
#ifndef CLI_RESPOND_H
#define CLI_RESPOND_H

#include "program/command.h"

// respond_run is `ocsp respond`: it builds and signs a response.
int respond_run(const struct command *self, int argc, char **argv);

#endif
