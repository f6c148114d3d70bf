// SPDX-License-Identifier: MIT
//
// `ocspd import`.
#ifndef COMMAND_IMPORT_H
#define COMMAND_IMPORT_H

#include "program/command.h"

int import_run(const struct command *self, int argc, char **argv);

#endif
