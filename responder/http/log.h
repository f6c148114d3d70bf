// SPDX-License-Identifier: MIT
//
// One request in the access log.
#ifndef HTTP_LOG_H
#define HTTP_LOG_H

#include "http/metrics.h"

// http_log writes a line about a request that was answered. `id` is the SHA-256 of its first cert
// ID in hex, or "".
void http_log(const struct metric_request *request, const char id[65], unsigned http_status);

#endif
