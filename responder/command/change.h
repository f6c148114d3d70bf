// SPDX-License-Identifier: MIT
//
// `ocspd issue`, `ocspd revoke`, `ocspd unrevoke` and `ocspd remove`.
#ifndef COMMAND_CHANGE_H
#define COMMAND_CHANGE_H

#include "program/command.h"

int issue_run(const struct command *self, int argc, char **argv);
int revoke_run(const struct command *self, int argc, char **argv);
int unrevoke_run(const struct command *self, int argc, char **argv);
int remove_run(const struct command *self, int argc, char **argv);

#endif
