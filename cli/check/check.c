// SPDX-License-Identifier: MIT
//
// ocsp check asks whether certificates are still good, about all targets at once. Reasons go to
// standard error, whatever the output format is.
#include "check/check.h"

#include "answers.h"
#include "check/json.h"
#include "check/nagios.h"
#include "check/progress.h"
#include "check/prometheus.h"
#include "check/table.h"
#include "program/report.h"
#include "verdict.h"

#include <stdlib.h>
#include <sysexits.h>

static void complain_nonce(const struct check_options *options, const struct target *target)
{
    const struct oc_check *check = &target->check;
    if (options->asking.config.nonce && check->outcome == OC_ASK_ANSWERED &&
        !check->verdict.has_nonce)
        complain(target->name,
                 "the response has no nonce although one was sent; it may be a replay "
                 "of an older response (RFC 9654 2.1)");
}

static void complain_signer(const struct target *target)
{
    if (target->check.outcome == OC_ASK_ANSWERED && target->check.verdict.signer_needs_check)
        complain(target->name,
                 "the signer's certificate has no id-pkix-ocsp-nocheck and was not checked "
                 "for revocation (RFC 6960 4.2.2.2.1)");
}

static void complain_all(const struct check_options *options, const struct target *target)
{
    answers_complain(target, options->soft_fail);
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

static void watch(struct check_options *options, struct check_progress *progress)
{
    options->host.progress = check_progress_show;
    options->host.progress_arg = progress;
    options->asking.config.progress = check_progress_show;
    options->asking.config.progress_arg = progress;
}

static bool gather_and_ask(const struct check_options *options, struct asking *asking,
                           struct targets *targets, struct check_progress *progress)
{
    progress->verb = "connected to";
    hosts_add_all(targets, &options->host, options->targets, options->n_targets);
    for (size_t i = 0; i < options->serials.n; i++)
        targets_add_serial(targets, &options->serials.numbers[i]);
    check_progress_end(progress);
    progress->verb = "asked";
    bool ok = targets_ask(targets, asking);
    check_progress_end(progress);
    return ok;
}

static int run(const struct command *self, const struct check_options *options,
               struct asking *asking, struct targets *targets, struct check_progress *progress)
{
    if (!asking_start(asking, &options->asking))
        return EX_DATAERR;
    if (!gather_and_ask(options, asking, targets, progress)) {
        complain(self->title, "out of memory, or cannot generate random numbers");
        return EX_OSERR;
    }
    struct check_result result = {
        .options = options, .policy = &asking->policy, .targets = targets};
    for (size_t i = 0; i < targets->n; i++)
        result.status =
            verdict_worse(result.status, answers_status(&targets->items[i], options->soft_fail));
    return report(&result);
}

int check_run(const struct command *self, int argc, char **argv)
{
    struct check_options options;
    int status = check_options_parse(self, argc, argv, &options);
    if (status == EX_OK) {
        struct asking *asking = must_alloc(1, sizeof *asking);
        struct targets targets = {0};
        struct check_progress progress = {0};
        watch(&options, &progress);
        status = run(self, &options, asking, &targets, &progress);
        targets_free(&targets);
        asking_end(asking);
        free(asking);
    } else {
        status = command_explain(self, status);
    }
    check_options_free(&options);
    return status;
}
