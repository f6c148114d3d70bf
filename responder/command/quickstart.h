// SPDX-License-Identifier: MIT
//
// `ocspd quickstart`: all that is needed to try ocspd out.
#ifndef COMMAND_QUICKSTART_H
#define COMMAND_QUICKSTART_H

#include "command/table.h"

extern const struct ocspd_command quickstart_command;

int quickstart_run(int argc, char **argv);

#endif
