// SPDX-License-Identifier: MIT
//
// ocsp check: are these certificates still good? All targets are asked about at once. Reasons
// go to standard error, whatever the form of the result.
#include "check_report.h"
#include "report.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

// How many targets people wait for without a word.
enum { QUIET_TARGETS = 8 };

static bool wants_progress(const struct targets *targets)
{
    return targets->n > QUIET_TARGETS && isatty(STDERR_FILENO);
}

static bool ask(struct targets *targets, struct asking *asking)
{
    bool progress = wants_progress(targets);
    if (progress)
        fprintf(stderr, "asking about %zu certificates ...", targets->n);
    bool ok = targets_ask(targets, asking);
    if (progress)
        fputs("\r\033[K", stderr);
    return ok;
}

static void complain_nonce(const struct check_options *options, const struct target *target)
{
    const struct oc_check *check = &target->check;
    if (options->asking.config.nonce && check->outcome == OC_ASK_ANSWERED &&
        !check->verdict.has_nonce)
        complain(target->name, "the answer is without the nonce that was sent, and may be an older "
                               "one that is repeated (RFC 9654 2.1)");
}

static void complain_signer(const struct target *target)
{
    if (target->check.outcome == OC_ASK_ANSWERED && target->check.verdict.signer_needs_check)
        complain(target->name, "the signer's certificate is without id-pkix-ocsp-nocheck, and was "
                               "not checked itself (RFC 6960 4.2.2.2.1)");
}

static void complain_all(const struct check_options *options, const struct target *target)
{
    target_complain(target, options->soft_fail);
    complain_nonce(options, target);
    complain_signer(target);
}

static int report(const struct check_result *result)
{
    const struct check_options *options = result->options;
    int status = result->status;
    if (options->form == CHECK_JSON)
        check_json(result);
    else if (options->form == CHECK_NAGIOS)
        status = check_nagios(result);
    else if (options->form == CHECK_PROMETHEUS)
        check_prometheus(result);
    else
        check_table(result);
    for (size_t i = 0; i < result->targets->n; i++)
        complain_all(options, &result->targets->items[i]);
    return status;
}

static int run(const struct command *self, const struct check_options *options,
               struct asking *asking, struct targets *targets)
{
    if (!asking_start(asking, &options->asking))
        return EX_DATAERR;
    for (size_t i = 0; i < options->n_targets; i++)
        targets_add(targets, &options->target, options->targets[i]);
    if (!ask(targets, asking)) {
        complain(self->title, "no memory, or no random numbers");
        return EX_OSERR;
    }
    struct check_result result = {
        .options = options, .policy = &asking->policy, .targets = targets};
    for (size_t i = 0; i < targets->n; i++)
        result.status =
            verdict_worse(result.status, target_status(&targets->items[i], options->soft_fail));
    return report(&result);
}

int check_run(const struct command *self, int argc, char **argv)
{
    struct check_options options;
    int status = check_options_parse(self, argc, argv, &options);
    if (status == EX_OK) {
        struct asking *asking = must_alloc(1, sizeof *asking);
        struct targets targets = {0};
        status = run(self, &options, asking, &targets);
        targets_free(&targets);
        asking_end(asking);
        free(asking);
    } else {
        status = status == EX_USAGE ? command_usage(self) : command_help(self);
    }
    check_options_free(&options);
    return status;
}
