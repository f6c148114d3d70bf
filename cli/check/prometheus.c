// SPDX-License-Identifier: MIT
//
// `ocsp check --prometheus`: a file for the textfile collector of the node exporter.
#include "check/prometheus.h"

#include "answers.h"
#include "metric.h"
#include "verdict.h"

#include <inttypes.h>

// struct check_metric is a gauge. `value` returns false for a target without this value.
struct check_metric {
    const char *name;
    const char *help;
    bool (*value)(const struct check_result *result, const struct target *target, int64_t *out);
};

// Returns the verdict of the responder, otherwise that of the staple, NULL if there is neither.
static const struct oc_verdict *verdict_on(const struct target *target)
{
    if (target->check.outcome == OC_ASK_ANSWERED)
        return &target->check.verdict;
    bool has_staple = target->staple.is_there && target->staple.error.code == OC_OK;
    return has_staple ? &target->staple.verdict : NULL;
}

static bool good_value(const struct check_result *result, const struct target *target, int64_t *out)
{
    *out = answers_verdict(target, result->options->soft_fail) == VERDICT_GOOD;
    return true;
}

static bool status_value(const struct check_result *result, const struct target *target,
                         int64_t *out)
{
    *out = answers_verdict(target, result->options->soft_fail);
    return true;
}

static bool this_update_value(const struct check_result *result, const struct target *target,
                              int64_t *out)
{
    (void)result;
    const struct oc_verdict *verdict = verdict_on(target);
    *out = verdict != NULL ? verdict->this_update : 0;
    return verdict != NULL;
}

static bool next_update_value(const struct check_result *result, const struct target *target,
                              int64_t *out)
{
    (void)result;
    const struct oc_verdict *verdict = verdict_on(target);
    bool is_there = verdict != NULL && verdict->has_next_update;
    *out = is_there ? verdict->next_update : 0;
    return is_there;
}

static const struct check_metric metrics[] = {
    {"ocsp_check_good", "1 if the certificate is verified and good, otherwise 0.", good_value},
    {"ocsp_check_status", "0 good, 1 revoked, 2 unknown to the responder, 3 not verified.",
     status_value},
    {"ocsp_check_this_update_seconds", "thisUpdate of the answer, in seconds since 1970.",
     this_update_value},
    {"ocsp_check_next_update_seconds", "nextUpdate of the answer, in seconds since 1970.",
     next_update_value},
};

static void print_labels(const struct check_options *options, const struct target *target)
{
    fputs("{target=\"", stdout);
    metric_print_text(stdout, target->source->name);
    fputc('"', stdout);
    if (target->number != 0)
        printf(",certificate=\"%zu\"", target->number);
    if (options->soft_fail)
        fputs(",soft_fail=\"1\"", stdout);
    if (target->source->is_host && options->host.tls.insecure_no_chain_check)
        fputs(",insecure_no_chain_check=\"1\"", stdout);
    fputc('}', stdout);
}

static void print_metric(const struct check_result *result, const struct check_metric *metric)
{
    printf("# HELP %s %s\n# TYPE %s gauge\n", metric->name, metric->help, metric->name);
    for (size_t i = 0; i < result->targets->n; i++) {
        int64_t value;
        const struct target *target = &result->targets->items[i];
        if (!metric->value(result, target, &value))
            continue;
        fputs(metric->name, stdout);
        print_labels(result->options, target);
        printf(" %" PRId64 "\n", value);
    }
}

void check_prometheus(const struct check_result *result)
{
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        print_metric(result, &metrics[i]);
    printf("# HELP ocsp_check_time_seconds When the certificates were checked, in seconds since "
           "1970.\n"
           "# TYPE ocsp_check_time_seconds gauge\n"
           "ocsp_check_time_seconds %" PRId64 "\n",
           result->policy->now);
}
