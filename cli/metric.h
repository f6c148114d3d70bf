// SPDX-License-Identifier: MIT
//
// The text format of Prometheus.
#ifndef CLI_METRIC_H
#define CLI_METRIC_H

#include <stdio.h>

// metric_print_text prints a text as the value of a label, without its quotes.
void metric_print_text(FILE *out, const char *text);

#endif
