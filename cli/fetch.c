// SPDX-License-Identifier: MIT
//
// ocsp fetch writes the verified answer about one certificate to a file. It does not replace a
// newer answer by an older one.
#include "fetch.h"

#include "answers.h"
#include "asking.h"
#include "option.h"
#include "program/output.h"
#include "program/report.h"
#include "target.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

// struct fetch_options is the arguments.
struct fetch_options {
    struct asking_options asking;
    const char *out;
    const char *cert;  // NULL if there is a serial number instead
    struct option_serials serials;
};

static const char *wrong_serial(int n_files, const struct fetch_options *out)
{
    if (n_files > 0 || out->serials.n > 1)
        return "only one certificate can be given";
    if (out->asking.n_issuers == 0)
        return "--serial needs --issuer";
    // The addresses of responders are in certificates.
    return out->asking.url == NULL ? "--serial needs --url" : NULL;
}

static int finish(const struct command *self, int n_files, char **files, struct fetch_options *out)
{
    const char *wrong = NULL;
    if (out->out == NULL)
        wrong = "missing --out";
    else if (out->serials.n > 0)
        wrong = wrong_serial(n_files, out);
    else if (n_files != 1)
        wrong = n_files == 0 ? "missing certificate" : "only one certificate can be given";
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    out->cert = files[0];
    return option_serials_read(self, &out->serials) ? EX_OK : EX_USAGE;
}

static int parse(const struct command *self, int argc, char **argv, struct fetch_options *out)
{
    static const struct option known[] = {
        ASKING_OPTIONS,
        OPTION_SERIAL_OPTIONS,
        {"out", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct fetch_options){0};
    asking_options_init(&out->asking, argc);
    option_serials_init(&out->serials, argc);
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (option == 'o')
            out->out = optarg;
        else if (!asking_option(self->title, &out->asking, option, optarg) &&
                 !option_serials_take(self->title, &out->serials, option, optarg))
            return EX_USAGE;
    }
    return finish(self, argc - optind, argv + optind, out);
}

// An answer in the file is worth keeping only if it is about the same certificate and believed.
static bool has_newer_answer(const struct fetch_options *options, const struct asking *asking,
                             const struct target *target)
{
    struct stat st;
    struct octets there;
    struct oc_response resp;
    struct oc_verdict verdict;
    if (stat(options->out, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0 ||
        st.st_size > OC_CLIENT_MAX_RESPONSE || !input_read(options->out, &there))
        return false;
    bool is_newer =
        oc_response_parse(&resp, (struct oc_bytes){there.data, there.len}, NULL) == OC_OK &&
        oc_verify(&asking->policy, target->issuer, target->cert->serial, &resp, &verdict, NULL) ==
            OC_OK &&
        verdict_is_newer(&verdict, &target->check.verdict);
    free(there.data);
    return is_newer;
}

static int write_answer(const struct fetch_options *options, const struct asking *asking,
                        const struct target *target)
{
    answers_complain(target, false);
    if (target->check.outcome != OC_ASK_ANSWERED)
        return VERDICT_NOT_VERIFIED;
    if (has_newer_answer(options, asking, target)) {
        complain(options->out, "not replaced: it holds a newer answer than the responder's");
        return EX_CANTCREAT;
    }
    return output_file(options->out, target->check.response) ? answers_status(target, false)
                                                             : EX_IOERR;
}

static int run(const struct command *self, const struct fetch_options *options,
               struct asking *asking, struct targets *targets)
{
    if (!asking_start(asking, &options->asking))
        return EX_DATAERR;
    if (options->serials.n > 0)
        targets_add_serial(targets, &options->serials.numbers[0]);
    else
        targets_add(targets, options->cert, target_kind_of(options->cert), false);
    if (targets->n != 1) {
        complain(self->title, "only one certificate can be given");
        return EX_USAGE;
    }
    if (!targets_ask(targets, asking)) {
        complain(self->title, "out of memory, or cannot generate random numbers");
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
    option_serials_free(&options.serials);
    return status;
}
