// SPDX-License-Identifier: MIT
//
// The result of `ocsp check` for programs.
#ifndef CLI_CHECK_JSON_H
#define CLI_CHECK_JSON_H

#include "check/result.h"

// check_json prints a JSON object for each target, one per line.
void check_json(const struct check_result *result);

#endif
