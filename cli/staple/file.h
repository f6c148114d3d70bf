// SPDX-License-Identifier: MIT
//
// The files of a staple: what is there, whether it has changed, and the new one in its place.
#ifndef CLI_STAPLE_FILE_H
#define CLI_STAPLE_FILE_H

#include "program/input.h"
#include "staple/setting.h"

// staple_file_read reads the staple that is there, which the caller frees. Without one, or with
// something that is none, `*out` is zero. Returns what forbids to replace what is there, NULL if
// nothing does.
const char *staple_file_read(const struct staple_setting *setting, struct octets *out);

// staple_file_write replaces the staple: with the rights that are wanted, else those of the file
// that is there. Returns false after an error line.
bool staple_file_write(const struct staple_setting *setting, struct oc_bytes octets);

#endif
