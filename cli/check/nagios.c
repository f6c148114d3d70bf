// SPDX-License-Identifier: MIT
//
// `ocsp check --nagios`: the line and the exit status of a Nagios plugin.
#include "check/nagios.h"

#include "answers.h"
#include "program/report.h"
#include "verdict.h"

#include <string.h>

// The exit statuses of Nagios plugins.
enum { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

// struct summary counts the targets by verdict. `worst` is the target to report, NULL if all are
// good.
struct summary {
    size_t n[VERDICT_NOT_VERIFIED + 1];
    size_t n_soft;  // not verified, but not counted
    const struct target *worst;
    int worst_rank;
};

// struct plugin_state is a state of Nagios. A higher rank is worse.
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
    switch (answers_verdict(target, soft_fail)) {
    case VERDICT_GOOD:
        return 0;
    case VERDICT_NOT_VERIFIED:
        return answers_status(target, soft_fail) == VERDICT_GOOD ? 1 : 2;
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
        summary.n[answers_verdict(target, soft_fail)]++;
        summary.n_soft += rank == 1;
        if (rank > summary.worst_rank) {
            summary.worst = target;
            summary.worst_rank = rank;
        }
    }
    return summary;
}

// A vertical bar would begin the performance data.
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
    struct answer answers[ANSWERS_MAX];
    size_t n = answers_of(target, soft_fail, answers);
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
    if (options->host.tls.insecure_no_chain_check)
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
