// SPDX-License-Identifier: MIT
//
// The result of `ocsp check`.
#ifndef CLI_CHECK_RESULT_H
#define CLI_CHECK_RESULT_H

#include "check/options.h"

// struct check_result is all targets, after the responders have been asked.
struct check_result {
    const struct check_options *options;
    const struct oc_policy *policy;
    const struct targets *targets;
    int status;  // the worst of all targets
};

#endif
