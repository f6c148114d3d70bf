// SPDX-License-Identifier: MIT
//
// What came of `ocsp check`, for its four kinds of readers, on standard output.
#ifndef CLI_CHECK_REPORT_H
#define CLI_CHECK_REPORT_H

#include "check/options.h"

// struct check_result is all targets, asked about.
struct check_result {
    const struct check_options *options;
    const struct oc_policy *policy;
    const struct targets *targets;
    int status;  // the worst of them
};

// check_table prints a table for people, check_json an object a line, check_prometheus a
// textfile for the node exporter; check_nagios prints one line and returns the exit status of
// Nagios' plugins.
void check_table(const struct check_result *result);
void check_json(const struct check_result *result);
int check_nagios(const struct check_result *result);
void check_prometheus(const struct check_result *result);

#endif
