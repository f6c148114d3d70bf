// SPDX-License-Identifier: MIT
//
// `ocsp fetch`.
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "program/command.h"

// fetch_run is `ocsp fetch`: it writes the verified answer about a certificate to a file.
int fetch_run(const struct command *self, int argc, char **argv);

#endif
