// SPDX-License-Identifier: MIT
//
// ocsp fetch: the verified answer about one certificate, into a file. What is not verified is
// not written, and what is there is not replaced by something older.
#include "fetch.h"

#include "asking.h"
#include "expect.h"
#include "program/output.h"
#include "program/report.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

// struct fetch_options is the arguments.
struct fetch_options {
    struct asking_options asking;
    const char *out;
    const char *cert;
};

static int finish(const struct command *self, int n_files, char **files, struct fetch_options *out)
{
    const char *wrong = NULL;
    if (out->out == NULL)
        wrong = "where to? --out is needed";
    else if (n_files != 1)
        wrong = n_files == 0 ? "no certificate given" : "one certificate at most";
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    out->cert = files[0];
    return EX_OK;
}

static int parse(const struct command *self, int argc, char **argv, struct fetch_options *out)
{
    static const struct option known[] = {
        ASKING_OPTIONS,
        {"out", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct fetch_options){0};
    asking_options_init(&out->asking, argc);
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (option == 'o')
            out->out = optarg;
        else if (!asking_option(self->title, &out->asking, option, optarg))
            return EX_USAGE;
    }
    return finish(self, argc - optind, argv + optind, out);
}

static bool is_newer(const struct oc_verdict *a, const struct oc_verdict *b)
{
    if (a->this_update != b->this_update)
        return a->this_update > b->this_update;
    return a->produced_at > b->produced_at;
}

// Only an answer about the same certificate that is itself believed is worth keeping.
static bool is_newer_there(const struct fetch_options *options, const struct asking *asking,
                           const struct target *target)
{
    struct stat st;
    struct octets there;
    struct oc_response resp;
    struct oc_verdict verdict;
    if (stat(options->out, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0 ||
        st.st_size > OC_CLIENT_MAX_RESPONSE || !input_read(options->out, &there))
        return false;
    bool is_newer_one =
        oc_response_parse(&resp, (struct oc_bytes){there.data, there.len}, NULL) == OC_OK &&
        oc_verify(&asking->policy, target->issuer, target->cert->serial, &resp, &verdict, NULL) ==
            OC_OK &&
        is_newer(&verdict, &target->check.verdict);
    free(there.data);
    return is_newer_one;
}

static int write_answer(const struct fetch_options *options, const struct asking *asking,
                        const struct target *target)
{
    target_complain(target, false);
    if (target->check.outcome != OC_ASK_ANSWERED)
        return VERDICT_NOT_VERIFIED;
    if (is_newer_there(options, asking, target)) {
        complain(options->out, "is kept: it holds a newer answer than the one that came");
        return EX_CANTCREAT;
    }
    return output_file(options->out, target->check.response) ? target_status(target, false)
                                                             : EX_IOERR;
}

static int run(const struct command *self, const struct fetch_options *options,
               struct asking *asking, struct targets *targets)
{
    static const struct target_options files_only = {0};
    if (!asking_start(asking, &options->asking))
        return EX_DATAERR;
    targets_add(targets, &files_only, options->cert);
    if (targets->n != 1) {
        complain(self->title, "one certificate at most");
        return EX_USAGE;
    }
    if (!targets_ask(targets, asking)) {
        complain(self->title, "no memory, or no random numbers");
        return EX_OSERR;
    }
    return write_answer(options, asking, &targets->items[0]);
}

int fetch_run(const struct command *self, int argc, char **argv)
{
    struct fetch_options options;
    int status = parse(self, argc, argv, &options);
    if (status == EX_OK) {
        struct asking *asking = must_alloc(1, sizeof *asking);
        struct targets targets = {0};
        status = run(self, &options, asking, &targets);
        targets_free(&targets);
        asking_end(asking);
        free(asking);
    } else {
        status = command_explain(self, status);
    }
    asking_options_free(&options.asking);
    return status;
}
