// SPDX-License-Identifier: MIT
//
// Reading and replacing the file of a staple.
#ifndef CLI_STAPLE_FILE_H
#define CLI_STAPLE_FILE_H

#include "program/input.h"
#include "staple/setting.h"

// staple_file_read reads the current staple, which the caller frees. `*out` is zero if there is
// none. Returns why the file must not be replaced, NULL if it may be.
const char *staple_file_read(const struct staple_setting *setting, struct octets *out);

// staple_file_write replaces the staple, with the rights of the settings, otherwise those of the
// current file. Returns false after an error line.
bool staple_file_write(const struct staple_setting *setting, struct oc_bytes octets);

#endif
