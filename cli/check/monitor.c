// SPDX-License-Identifier: MIT
//
// `ocsp check` for monitoring: the line of a plugin of Nagios, and a textfile for the node
// exporter of Prometheus.
#include "check/report.h"
#include "program/report.h"

#include <inttypes.h>
#include <string.h>

// The exit statuses of Nagios' plugins.
enum { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

// struct summary counts the targets by verdict. `worst` is the one to tell about.
struct summary {
    size_t n[VERDICT_NOT_VERIFIED + 1];
    size_t n_soft;  // not verified, and not counted
    const struct target *worst;
    int worst_rank;
};

// struct plugin_state is what Nagios makes of a verdict; a higher rank is worse.
static const struct plugin_state {
    int status;
    const char *name;
} plugin_states[] = {
    {NAGIOS_OK, "OK"},
    {NAGIOS_WARNING, "WARNING"},
    {NAGIOS_UNKNOWN, "UNKNOWN"},
    {NAGIOS_CRITICAL, "CRITICAL"},
};

static int rank_of(const struct target *target, bool soft_fail)
{
    switch (target_verdict(target, soft_fail)) {
    case VERDICT_GOOD:
        return 0;
    case VERDICT_NOT_VERIFIED:
        return target_status(target, soft_fail) == VERDICT_GOOD ? 1 : 2;
    default:
        return 3;
    }
}

static struct summary summarise(const struct check_result *result)
{
    struct summary summary = {0};
    bool soft_fail = result->options->soft_fail;
    for (size_t i = 0; i < result->targets->n; i++) {
        const struct target *target = &result->targets->items[i];
        int rank = rank_of(target, soft_fail);
        summary.n[target_verdict(target, soft_fail)]++;
        summary.n_soft += rank == 1;
        if (rank > summary.worst_rank) {
            summary.worst = target;
            summary.worst_rank = rank;
        }
    }
    return summary;
}

// A bar would begin the performance data.
static void print_plain(const char *text)
{
    char copy[WHY_SIZE];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *bar = copy; (bar = strchr(bar, '|')) != NULL;)
        *bar = '/';
    print_escaped(stdout, copy, strlen(copy));
}

static void print_worst(const struct target *target, bool soft_fail)
{
    struct answer answers[TARGET_ANSWERS];
    size_t n = target_answers(target, soft_fail, answers);
    size_t worst = 0;
    for (size_t i = 1; i < n; i++) {
        bool is_worse =
            verdict_worse(answers[worst].status, answers[i].status) != answers[worst].status;
        if (!answers[worst].is_counted || (answers[i].is_counted && is_worse))
            worst = i;
    }
    fputs("; ", stdout);
    print_plain(target->name);
    fputs(": ", stdout);
    print_plain(answers[worst].why);
}

static void print_notes(const struct check_options *options)
{
    if (options->soft_fail)
        fputs(" (soft fail)", stdout);
    if (options->target.tls.insecure_no_chain_check)
        fputs(" (insecure: chain not checked)", stdout);
}

int check_nagios(const struct check_result *result)
{
    const struct check_options *options = result->options;
    struct summary summary = summarise(result);
    struct plugin_state state = plugin_states[summary.worst_rank];
    size_t n_good = summary.n[VERDICT_GOOD];
    printf("OCSP %s - %zu of %zu good", state.name, n_good, result->targets->n);
    if (summary.worst != NULL)
        print_worst(summary.worst, options->soft_fail);
    print_notes(options);
    printf(" | good=%zu revoked=%zu unknown=%zu not_verified=%zu\n", n_good,
           summary.n[VERDICT_REVOKED], summary.n[VERDICT_UNKNOWN], summary.n[VERDICT_NOT_VERIFIED]);
    return state.status;
}

// struct metric is a gauge; `value` returns false when a target has none.
struct metric {
    const char *name;
    const char *help;
    bool (*value)(const struct check_result *result, const struct target *target, int64_t *out);
};

// The answer that was asked for, else the staple.
static const struct oc_verdict *verdict_of_target(const struct target *target)
{
    if (target->check.outcome == OC_ASK_ANSWERED)
        return &target->check.verdict;
    bool has_staple = target->staple.is_there && target->staple.error.code == OC_OK;
    return has_staple ? &target->staple.verdict : NULL;
}

static bool good_value(const struct check_result *result, const struct target *target, int64_t *out)
{
    *out = target_verdict(target, result->options->soft_fail) == VERDICT_GOOD;
    return true;
}

static bool status_value(const struct check_result *result, const struct target *target,
                         int64_t *out)
{
    *out = target_verdict(target, result->options->soft_fail);
    return true;
}

static bool this_update_value(const struct check_result *result, const struct target *target,
                              int64_t *out)
{
    (void)result;
    const struct oc_verdict *verdict = verdict_of_target(target);
    *out = verdict != NULL ? verdict->this_update : 0;
    return verdict != NULL;
}

static bool next_update_value(const struct check_result *result, const struct target *target,
                              int64_t *out)
{
    (void)result;
    const struct oc_verdict *verdict = verdict_of_target(target);
    bool is_there = verdict != NULL && verdict->has_next_update;
    *out = is_there ? verdict->next_update : 0;
    return is_there;
}

static const struct metric metrics[] = {
    {"ocsp_check_good", "1 when the certificate is verified to be good, 0 for everything else.",
     good_value},
    {"ocsp_check_status", "0 good, 1 revoked, 2 unknown to the responder, 3 not verified.",
     status_value},
    {"ocsp_check_this_update_seconds", "Since when the answer is right, in seconds since 1970.",
     this_update_value},
    {"ocsp_check_next_update_seconds", "When there will be a newer answer, in seconds since 1970.",
     next_update_value},
};

static void print_label_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            fputs("\\n", stdout);
        else if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void print_labels(const struct check_options *options, const struct target *target)
{
    fputs("{target=\"", stdout);
    print_label_text(target->source->name);
    fputc('"', stdout);
    if (target->number != 0)
        printf(",certificate=\"%zu\"", target->number);
    if (options->soft_fail)
        fputs(",soft_fail=\"1\"", stdout);
    if (target->source->is_host && options->target.tls.insecure_no_chain_check)
        fputs(",insecure_no_chain_check=\"1\"", stdout);
    fputc('}', stdout);
}

static void print_metric(const struct check_result *result, const struct metric *metric)
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
    printf("# HELP ocsp_check_time_seconds When this was checked, in seconds since 1970.\n"
           "# TYPE ocsp_check_time_seconds gauge\n"
           "ocsp_check_time_seconds %" PRId64 "\n",
           result->policy->now);
}
