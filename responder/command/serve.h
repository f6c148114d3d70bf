// SPDX-License-Identifier: MIT
//
// `ocspd serve`, the responder itself.
#ifndef COMMAND_SERVE_H
#define COMMAND_SERVE_H

#include "program/command.h"

int serve_run(const struct command *self, int argc, char **argv);

#endif
