// SPDX-License-Identifier: MIT
//
// The result of `ocsp check` for Prometheus.
#ifndef CLI_CHECK_PROMETHEUS_H
#define CLI_CHECK_PROMETHEUS_H

#include "check/result.h"

// check_prometheus prints metrics in the text format.
void check_prometheus(const struct check_result *result);

#endif
