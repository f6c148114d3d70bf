// SPDX-License-Identifier: MIT
//
// Looking at many TLS servers at once.
#ifndef CLI_TLS_LOOKS_H
#define CLI_TLS_LOOKS_H

#include "tls.h"

// struct tls_job is a server to look at, and what came of it: `peer`, as tls_look() fills it, or
// the reason why there is none. `why` is NULL when there is no reason.
struct tls_job {
    const char *target;
    struct tls_peer peer;
    char *why;
};

// struct tls_looks is how to look: at most `n_parallel` servers at once, each with the times of
// `options` for itself. `progress`, if it is not NULL, is told how many of all are done with.
struct tls_looks {
    const struct tls_options *options;
    size_t n_parallel;
    void (*progress)(void *arg, size_t n_done, size_t n);
    void *progress_arg;
};

// tls_look_all looks at the targets of `n` jobs. Nothing is printed but by `progress`.
// tls_jobs_free frees what it made, and the jobs.
void tls_look_all(const struct tls_looks *looks, struct tls_job *jobs, size_t n);
void tls_jobs_free(struct tls_job *jobs, size_t n);

#endif
