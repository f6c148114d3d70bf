// SPDX-License-Identifier: MIT
//
// One request in the access log.
#ifndef HTTP_LOG_H
#define HTTP_LOG_H

#include "http/metrics.h"

// http_log_id writes the SHA-256 of the first cert ID of a request in hex, or nothing when it
// has none.
void http_log_id(struct oc_bytes request, char out[65]);

void http_log(const struct metric_request *request, const char id[65], unsigned http_status);

#endif
