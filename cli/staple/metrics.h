// SPDX-License-Identifier: MIT
//
// The metrics of `ocsp staple`, for the textfile collector of Prometheus.
#ifndef CLI_STAPLE_METRICS_H
#define CLI_STAPLE_METRICS_H

#include "staple/item.h"

// staple_metrics_write writes the file atomically. Returns false after an error line.
bool staple_metrics_write(const char *path, const struct staple_item *items, size_t n, int64_t now);

#endif
