// SPDX-License-Identifier: MIT
//
// What is counted, and its text for Prometheus. Counting is done by any number of threads at once,
// each in a place of its own.
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "answer/engine.h"

#include <stdio.h>

// enum metric_outcome is what a request came to.
enum metric_outcome {
    METRIC_GOOD_ANSWER = 0,  // a signed answer, whatever it says
    METRIC_NOT_MODIFIED,     // 304
    METRIC_MALFORMED,
    METRIC_UNAUTHORIZED,
    METRIC_TRY_LATER,
    METRIC_INTERNAL_ERROR,
    METRIC_NOT_OCSP,  // neither asked nor answered in OCSP
    METRIC_BROKEN,    // not HTTP, or its connection ended before it was answered
    METRIC_OUTCOMES,
};

const char *metric_outcome_name(enum metric_outcome outcome);

// enum metric_method is how it was asked.
enum metric_method {
    METRIC_GET = 0,
    METRIC_POST,
    METRIC_HEAD,
    METRIC_OTHER,
    METRIC_METHODS,
};

const char *metric_method_name(enum metric_method method);

// struct metric_request is one request that was answered.
struct metric_request {
    enum metric_outcome outcome;
    enum metric_method method;
    enum oc_hash hash;
    bool is_hit;
    uint64_t microseconds;
};

// metrics_count counts it; metrics_broken one that was begun, and not answered here.
void metrics_count(const struct metric_request *request);
void metrics_broken(enum metric_method method);

// metrics_connection counts a connection that began (1) or ended (-1); metrics_dropped one that
// was ended for being slow or too many; metrics_without_request one that has ended without the
// first line of a request.
void metrics_connection(int change);
void metrics_dropped(void);
void metrics_without_request(void);

// metrics_print writes everything in the text format of Prometheus. `now` is in seconds since
// 1970.
void metrics_print(FILE *out, const struct engine_status *state, int64_t now);

#endif
