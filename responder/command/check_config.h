// SPDX-License-Identifier: MIT
//
// `ocspd check-config`.
#ifndef COMMAND_CHECK_CONFIG_H
#define COMMAND_CHECK_CONFIG_H

#include "program/command.h"

int check_config_run(const struct command *self, int argc, char **argv);

#endif
