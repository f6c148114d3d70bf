// SPDX-License-Identifier: MIT
//
// TLS handshakes with many servers at once.
#ifndef CLI_CHECK_TLS_LOOKS_H
#define CLI_CHECK_TLS_LOOKS_H

#include "check/tls.h"

// struct tls_job is a server to connect to and the result: `peer` as tls_look() fills it, or `why`
// it failed. `why` is NULL on success.
struct tls_job {
    const char *target;
    struct tls_peer peer;
    char *why;
};

// struct tls_looks is how to connect: to at most `n_parallel` servers at once, each with the
// timeouts of `options`. `progress`, if it is not NULL, is called with the number of jobs that are
// done.
struct tls_looks {
    const struct tls_options *options;
    size_t n_parallel;
    void (*progress)(void *arg, size_t n_done, size_t n);
    void *progress_arg;
};

// tls_look_all runs `n` jobs. It prints nothing itself. tls_jobs_free frees the results and the
// jobs.
void tls_look_all(const struct tls_looks *looks, struct tls_job *jobs, size_t n);
void tls_jobs_free(struct tls_job *jobs, size_t n);

#endif
