// SPDX-License-Identifier: MIT
//
// The path prefixes below which requests are answered: those of the configuration and those of its
// issuers, together.
#ifndef CONFIG_PREFIX_H
#define CONFIG_PREFIX_H

#include "config/config.h"
#include "program/settings.h"

// prefix_convert is the `convert` of a setting (program/setting.h): it checks the form of a prefix,
// and takes the slashes off its ends.
bool prefix_convert(struct settings *settings, const char **text, char *why, size_t size);

// prefix_collect fills `config->prefixes` from all settings. It refuses too many of them, and one
// that could be the beginning of a request below another one. Returns false and sets `*err`.
bool prefix_collect(struct config *config, const struct settings_section *root,
                    struct settings_error *err);

#endif
