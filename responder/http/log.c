// SPDX-License-Identifier: MIT
//
// The access log uses the same names as the metrics.
#include "http/log.h"

#include "base/log.h"

#include <string.h>

void http_log(const struct metric_request *request, const char id[65], unsigned http_status)
{
    struct log_access access = {
        .method = metric_method_name(request->method),
        .outcome = metric_outcome_name(request->outcome),
        .hash = oc_hash_name(request->hash),
        .http_status = http_status,
        .microseconds = request->microseconds,
        .is_hit = request->is_hit,
    };
    memcpy(access.id, id, sizeof access.id);
    log_access(&access);
}
