// SPDX-License-Identifier: MIT
//
// The settings of ocspd (ocspd.conf(5)).
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "program/settings.h"

// The settings of each kind of section, and config_form, which joins them.
extern const struct setting config_settings[];
extern const struct setting issuer_settings[];
extern const struct setting signer_settings[];
extern const struct settings_form config_form;

#endif
