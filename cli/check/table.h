// SPDX-License-Identifier: MIT
//
// The result of `ocsp check` for people.
#ifndef CLI_CHECK_TABLE_H
#define CLI_CHECK_TABLE_H

#include "check/result.h"

// check_table prints a table with a line for each answer.
void check_table(const struct check_result *result);

#endif
