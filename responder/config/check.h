// SPDX-License-Identifier: MIT
//
// Checks across settings: combinations that cannot work or would reveal too much, and files that
// are missing or open to others.
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/config.h"
#include "program/settings.h"

// config_check_policy refuses settings that do not fit together, lowers the defaults that give way
// to other settings, and fills `config->prefixes`. config_check_files refuses files that do not
// exist, that this process cannot read, or that are secret and open to others. `root` is what
// `config` was read from. Both return false and set `*err`.
bool config_check_policy(struct config *config, const struct settings_section *root,
                         struct settings_error *err);
bool config_check_files(const struct config *config, const struct settings_section *root,
                        struct settings_error *err);

#endif
