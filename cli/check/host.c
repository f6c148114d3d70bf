// SPDX-License-Identifier: MIT
//
// Arguments that name no file are tried as hosts, all of them before any target is added, so that
// the targets keep the order of the arguments.
#include "check/host.h"

#include "check/endpoint.h"
#include "program/report.h"

#include <stdlib.h>

static void take_peer(struct target_source *source, struct tls_peer *peer)
{
    source->in = (struct messages){.file = source->name, .form = FORM_DER, .n = peer->n_certs};
    source->in.items = must_alloc(peer->n_certs, sizeof *source->in.items);
    for (size_t i = 0; i < peer->n_certs; i++)
        source->in.items[i] = (struct message){MESSAGE_CERTIFICATE, i + 1, peer->certs[i]};
    source->staples = peer->staples;
    source->n_staples = peer->n_certs;
    free(peer->certs);
    *peer = (struct tls_peer){0};
}

static void add_host(struct targets *targets, struct tls_job *job, bool chain)
{
    struct target_source *source = targets_add_source(targets, job->target);
    source->is_host = true;
    if (job->why != NULL) {
        targets_add_problem(targets, source, job->why);
        return;
    }
    take_peer(source, &job->peer);
    targets_add_certs(targets, source, chain, "cannot read the server's certificates");
}

static void look_at(const struct host_options *options, struct tls_job *jobs, size_t n)
{
    struct tls_looks looks = {
        .options = &options->tls,
        .n_parallel = options->n_parallel,
        .progress = options->progress,
        .progress_arg = options->progress_arg,
    };
    tls_look_all(&looks, jobs, n);
}

void hosts_add_all(struct targets *targets, const struct host_options *options,
                   char *const *arguments, size_t n)
{
    enum target_kind *kinds = must_alloc(n, sizeof *kinds);
    struct tls_job *jobs = must_alloc(n, sizeof *jobs);
    size_t n_jobs = 0;
    for (size_t i = 0; i < n; i++) {
        kinds[i] = target_kind_of(arguments[i]);
        if (kinds[i] == TARGET_MISSING && endpoint_is(arguments[i]))
            jobs[n_jobs++].target = arguments[i];
    }
    look_at(options, jobs, n_jobs);
    size_t n_added = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_added < n_jobs && jobs[n_added].target == arguments[i])
            add_host(targets, &jobs[n_added++], options->chain);
        else
            targets_add(targets, arguments[i], kinds[i], options->chain);
    }
    free(kinds);
    tls_jobs_free(jobs, n_jobs);
}
