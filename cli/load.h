// SPDX-License-Identifier: MIT
//
// Loading the messages in a file.
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "message.h"

// messages_load reads `file`, whose name must stay valid, and finds the messages in it. Returns
// false after an error line, with `*out` zero. messages_free() frees the messages.
bool messages_load(struct messages *out, const char *file);

// messages_load_one is messages_load() for a file that must contain exactly one message.
bool messages_load_one(struct messages *out, const char *file);

#endif
