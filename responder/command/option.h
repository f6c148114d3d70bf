// SPDX-License-Identifier: MIT
//
// The arguments of commands that take a configuration file and nothing else.
#ifndef COMMAND_OPTION_H
#define COMMAND_OPTION_H

#include "program/command.h"

#include <stdbool.h>

// option_config reads --config into `*file`, whose default is CONFIG_FILE. Returns whether the
// command is to run; if not, `*status` is its exit status, after help or an error line.
bool option_config(const struct command *self, int argc, char **argv, const char **file,
                   int *status);

#endif
