// SPDX-License-Identifier: MIT
//
// Counts requests and connections, and writes metrics in the text format of Prometheus. Any number
// of threads may count at the same time.
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <ocsp/base.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// enum metric_outcome is the result of a request.
enum metric_outcome {
    METRIC_GOOD_ANSWER = 0,  // a signed answer, whatever its status
    METRIC_NOT_MODIFIED,     // 304
    METRIC_MALFORMED,
    METRIC_UNAUTHORIZED,
    METRIC_TRY_LATER,
    METRIC_INTERNAL_ERROR,
    METRIC_NOT_OCSP,  // neither the request nor the response is OCSP
    METRIC_BROKEN,    // invalid HTTP, or the connection was closed before the answer
    METRIC_OUTCOMES,
};

const char *metric_outcome_name(enum metric_outcome outcome);

// enum metric_method is the method of a request.
enum metric_method {
    METRIC_GET = 0,
    METRIC_POST,
    METRIC_HEAD,
    METRIC_OTHER,
    METRIC_METHODS,
};

const char *metric_method_name(enum metric_method method);

// struct metric_request is one request that was answered. `hash` is that of its first cert ID.
struct metric_request {
    enum metric_outcome outcome;
    enum metric_method method;
    enum oc_hash hash;
    bool is_hit;
    uint64_t microseconds;
};

// metrics_count counts a request that was answered; metrics_broken one that was begun, but not
// answered by ocspd itself; metrics_other_type a POST whose Content-Type is not that of OCSP,
// besides its outcome.
void metrics_count(const struct metric_request *request);
void metrics_broken(enum metric_method method);
void metrics_other_type(void);

// metrics_connection counts a connection that was opened (1) or closed (-1); metrics_dropped one
// that was closed because it was too slow or there were too many; metrics_without_request one that
// was closed before the first line of a request.
void metrics_connection(int change);
void metrics_dropped(void);
void metrics_without_request(void);

// metrics_print writes everything that is counted here. metrics_print_counter and
// metrics_print_gauge write another metric, with its help text; metrics_print_head writes only what
// comes before its values.
void metrics_print(FILE *out);
void metrics_print_head(FILE *out, const char *name, const char *type, const char *help);
void metrics_print_counter(FILE *out, const char *name, uint64_t value, const char *help);
void metrics_print_gauge(FILE *out, const char *name, int64_t value, const char *help);

#endif
