// SPDX-License-Identifier: MIT
//
// The metrics of the sources, which have the label issuer.
#ifndef HTTP_SOURCE_METRICS_H
#define HTTP_SOURCE_METRICS_H

#include <stdint.h>
#include <stdio.h>

struct engine;

// source_metrics_print writes them as of `now`, in seconds since 1970.
void source_metrics_print(FILE *out, struct engine *engine, int64_t now);

#endif
