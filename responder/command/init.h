// SPDX-License-Identifier: MIT
//
// `ocspd init`.
#ifndef COMMAND_INIT_H
#define COMMAND_INIT_H

#include "program/command.h"

int init_run(const struct command *self, int argc, char **argv);

#endif
