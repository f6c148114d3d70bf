// SPDX-License-Identifier: MIT
//
// Writes a result to where it is wanted, whole or not at all.
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <ocsp/base.h>

#include <stdbool.h>

// output_file writes octets to `path`. A regular file, or one that is not there yet,
// appears whole under its name or stays as it was; a symbolic link is followed. What is
// no file (a device, a pipe) is written to directly. Returns false after an error line.
bool output_file(const char *path, struct oc_bytes octets);

// output_stdout writes octets to standard output, or base64 in lines of 64 characters
// if that is a terminal. Whether it got through is seen when the program ends.
void output_stdout(struct oc_bytes octets);

// output_result writes octets to `path`, or to standard output if that is NULL. Returns
// false after an error line.
bool output_result(const char *path, struct oc_bytes octets);

#endif
