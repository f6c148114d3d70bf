// SPDX-License-Identifier: MIT
//
// `ocsp staple`.
#ifndef CLI_STAPLE_STAPLE_H
#define CLI_STAPLE_STAPLE_H

#include "program/command.h"

// staple_run is `ocsp staple`: it keeps the staples of servers fresh.
int staple_run(const struct command *self, int argc, char **argv);

#endif
