// SPDX-License-Identifier: MIT
//
// Commands of the administrator, run by /bin/sh with what they need to know in their environment.
#ifndef CLI_STAPLE_HOOK_H
#define CLI_STAPLE_HOOK_H

#include "staple/item.h"

// struct staple_variable is a variable of the environment.
struct staple_variable {
    const char *name;
    const char *value;
};

// staple_hook_run runs a command with `n` more variables, and waits for it: for a minute at most,
// then it is killed, with everything that it has started in its process group. Returns false after
// an error line, which begins with the command.
bool staple_hook_run(const char *command, const struct staple_variable *variables, size_t n);

// staple_reload runs the reload hooks of the items that have been written, each distinct command
// once, with their names. Returns false when one has failed.
bool staple_reload(const struct staple_item *items, size_t n);

#endif
