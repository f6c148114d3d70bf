// SPDX-License-Identifier: MIT
//
// Hooks: the administrator's commands, run by /bin/sh with information in their environment.
#ifndef CLI_STAPLE_HOOK_H
#define CLI_STAPLE_HOOK_H

#include "staple/item.h"

// struct staple_variable is a variable of the environment.
struct staple_variable {
    const char *name;
    const char *value;
};

// staple_hook_run runs a command with `n` additional variables and waits for it. After a minute it
// is killed with its process group. Returns false after an error line that begins with the command.
bool staple_hook_run(const char *command, const struct staple_variable *variables, size_t n);

// staple_reload runs the reload hooks of the items that were written, each distinct command once,
// with the names of its items. Returns false if one failed.
bool staple_reload(const struct staple_item *items, size_t n);

#endif
