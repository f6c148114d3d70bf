// SPDX-License-Identifier: MIT
//
// Values that only ocspd has: files, keys and addresses. Relative paths in them are replaced by
// what they are relative to the folder of the configuration.
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "program/settings.h"

// Each of these is the `convert` of a setting: value_path of a file, value_key of a file or a URI
// of libcrypto, value_address of what listen_address_check() accepts, or "".
bool value_path(struct settings *settings, const char **text, char *why, size_t size);
bool value_key(struct settings *settings, const char **text, char *why, size_t size);
bool value_address(struct settings *settings, const char **text, char *why, size_t size);

// value_is_uri returns whether the name of a key is a URI and not a file.
bool value_is_uri(const char *text);

#endif
