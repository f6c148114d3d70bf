// SPDX-License-Identifier: MIT
//
// The result of `ocsp check` as that of a Nagios plugin.
#ifndef CLI_CHECK_NAGIOS_H
#define CLI_CHECK_NAGIOS_H

#include "check/result.h"

// check_nagios prints one line and returns the exit status of a Nagios plugin.
int check_nagios(const struct check_result *result);

#endif
