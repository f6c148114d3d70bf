// SPDX-License-Identifier: MIT
//
// `ocspd list` and `ocspd status`.
#ifndef COMMAND_SHOW_H
#define COMMAND_SHOW_H

#include "program/command.h"

int list_run(const struct command *self, int argc, char **argv);
int status_run(const struct command *self, int argc, char **argv);

#endif
