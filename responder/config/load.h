// SPDX-License-Identifier: MIT
//
// From the configuration file to a struct config.
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"

// config_load reads and checks a file: every setting is known, of its type and within its bounds,
// and the settings fit together. The files that it names are not opened. Returns NULL, and in the
// `size` bytes at `why` a line with the reason.
struct config *config_load(const char *file, char *why, size_t size);

// config_read returns the text of a file, which the caller frees. config_parse is config_load()
// with that text; `file` is what paths in it are relative to. config_inspect also checks that the
// files that it names exist, and that the secret ones are closed to others.
char *config_read(const char *file, char *why, size_t size);
struct config *config_parse(const char *file, const char *text, char *why, size_t size);
struct config *config_inspect(const char *file, const char *text, char *why, size_t size);

// config_hold makes another owner of a configuration, and returns it. config_free lets one go; the
// last one frees it, in any thread. NULL is allowed.
struct config *config_hold(struct config *config);
void config_free(struct config *config);

#endif
