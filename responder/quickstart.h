// SPDX-License-Identifier: MIT
//
// `ocspd quickstart`: all that is needed to try ocspd out.
#ifndef RESPONDER_QUICKSTART_H
#define RESPONDER_QUICKSTART_H

#include "commands.h"

extern const struct ocspd_command quickstart_command;

int quickstart_run(int argc, char **argv);

#endif
