// SPDX-License-Identifier: MIT
//
// `ocspd quickstart`.
#ifndef COMMAND_QUICKSTART_H
#define COMMAND_QUICKSTART_H

#include "program/command.h"

int quickstart_run(const struct command *self, int argc, char **argv);

#endif
