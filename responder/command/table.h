// SPDX-License-Identifier: MIT
//
// The commands of ocspd.
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include "program/command.h"

// ocspd_program is ocspd: without a command it serves.
extern const struct program ocspd_program;

#endif
