// SPDX-License-Identifier: MIT
//
// `ocspd compare`.
#ifndef COMMAND_COMPARE_H
#define COMMAND_COMPARE_H

#include "program/command.h"

int compare_run(const struct command *self, int argc, char **argv);

#endif
