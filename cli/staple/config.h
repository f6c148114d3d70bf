// SPDX-License-Identifier: MIT
//
// The configuration of `ocsp staple`.
#ifndef CLI_STAPLE_CONFIG_H
#define CLI_STAPLE_CONFIG_H

#include "staple/setting.h"

// STAPLE_ITEMS_MAX is the most staples in a configuration.
enum { STAPLE_ITEMS_MAX = 10000 };

// staple_config_read reads a configuration into `*out`, where room is left for `n_more` issuers and
// trusted responders. Returns false after an error line with the file and the line.
bool staple_config_read(struct staple_setup *out, const char *file, size_t n_more);

// staple_config_finish completes the staples that were read, and checks that they fit together.
// Returns false after an error line.
bool staple_config_finish(struct staple_setup *setup, const char *file);

#endif
