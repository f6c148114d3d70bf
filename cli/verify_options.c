// SPDX-License-Identifier: MIT
//
// Parsing the arguments of `ocsp verify`: each checked by itself, then against the others.
#include "verify_options.h"

#include "program/report.h"

#include <getopt.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

// As with all options, the last nonce counts.
static bool parse_nonce(const struct command *self, const char *argument,
                        struct verify_options *out)
{
    size_t len = 0;
    if (!option_nonce(self, argument, out->nonce, &len))
        return false;
    out->policy.nonce = (struct oc_bytes){out->nonce, len};
    return true;
}

static bool parse_value(const struct command *self, struct verify_options *out, int option,
                        const char *argument)
{
    switch (option) {
    case 'i':
        out->issuers[out->n_issuers++] = argument;
        return true;
    case 't':
        out->trusted[out->n_trusted++] = argument;
        return true;
    case 'c':
        out->cert = argument;
        return true;
    case 'r':
        out->request = argument;
        return true;
    case 'a':
        return option_time(self, "at", argument, &out->policy.now);
    case 'm':
        return option_seconds(self->title, "max-age", argument, &out->policy.max_age);
    case 'k':
        return option_seconds(self->title, "skew", argument, &out->policy.skew);
    case 'n':
        return parse_nonce(self, argument, out);
    default:
        return option_serial_take(self, &out->serial_given, option, argument);
    }
}

static bool parse_option(const struct command *self, struct verify_options *out, int option,
                         const char *argument)
{
    switch (option) {
    case 'j':
        out->json = true;
        return true;
    case 'M':
        out->policy.nonce_rule = OC_NONCE_IF_PRESENT;
        return true;
    case 'S':
        out->policy.insecure_allow_sha1 = true;
        return true;
    case 'R':
        out->policy.insecure_allow_small_rsa = true;
        return true;
    case 'I':
        out->policy.ignore_times = true;
        return true;
    default:
        return parse_value(self, out, option, argument);
    }
}

static const char *wrong_combination(const struct verify_options *out, int n_files)
{
    const char *wrong = option_question(out->cert, out->serial_given.text, out->request);
    if (wrong != NULL)
        return wrong;
    if (out->request != NULL && out->policy.nonce.data != NULL)
        return "--request excludes --nonce: the nonce is that of the request";
    if (n_files == 0)
        return "missing response";
    return n_files > 1 ? "only one response can be given" : NULL;
}

static int finish(const struct command *self, int n_files, char **files, struct verify_options *out)
{
    const char *wrong = wrong_combination(out, n_files);
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    if (!option_serial_read(self, &out->serial_given, &out->serial))
        return EX_USAGE;
    out->response = files[0];
    // If no nonce was sent, none can be required.
    if (out->request == NULL && out->policy.nonce.data == NULL)
        out->policy.nonce_rule = OC_NONCE_IF_PRESENT;
    return EX_OK;
}

int verify_options_parse(const struct command *self, int argc, char **argv,
                         struct verify_options *out)
{
    static const struct option known[] = {
        {"issuer", required_argument, NULL, 'i'},
        {"cert", required_argument, NULL, 'c'},
        {"request", required_argument, NULL, 'r'},
        {"at", required_argument, NULL, 'a'},
        {"max-age", required_argument, NULL, 'm'},
        {"skew", required_argument, NULL, 'k'},
        {"nonce", required_argument, NULL, 'n'},
        {"allow-missing-nonce", no_argument, NULL, 'M'},
        {"trusted-responder", required_argument, NULL, 't'},
        {"insecure-allow-sha1", no_argument, NULL, 'S'},
        {"insecure-allow-small-rsa", no_argument, NULL, 'R'},
        {"ignore-times", no_argument, NULL, 'I'},
        {"json", no_argument, NULL, 'j'},
        OPTION_SERIAL_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct verify_options){
        .issuers = must_alloc((size_t)argc, sizeof *out->issuers),
        .trusted = must_alloc((size_t)argc, sizeof *out->trusted),
    };
    oc_policy_init(&out->policy, (int64_t)time(NULL));
    out->policy.nonce_rule = OC_NONCE_REQUIRED;
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (!parse_option(self, out, option, optarg))
            return EX_USAGE;
    }
    return finish(self, argc - optind, argv + optind, out);
}

void verify_options_free(struct verify_options *options)
{
    free(options->issuers);
    free(options->trusted);
    free(options->serial.data);
    *options = (struct verify_options){0};
}
