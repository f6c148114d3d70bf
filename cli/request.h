// SPDX-License-Identifier: MIT
//
// `ocsp request`.
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include "program/command.h"

// request_run is `ocsp request`: it builds a request.
int request_run(const struct command *self, int argc, char **argv);

#endif
