// SPDX-License-Identifier: MIT
//
// Parsing the arguments of `ocsp check`.
#include "check/options.h"

#include "program/argument.h"
#include "program/report.h"

#include <sysexits.h>

enum { PARALLEL_MAX = 256 };

static bool parse_parallel(const struct command *self, const char *argument, size_t *out)
{
    int64_t n = 0;
    if (!argument_number(argument, PARALLEL_MAX, &n) || n == 0) {
        complain(self->title, "--parallel: \"%s\" is not a number from 1 to %d", argument,
                 PARALLEL_MAX);
        return false;
    }
    *out = (size_t)n;
    return true;
}

static bool parse_starttls(const struct command *self, const char *argument, enum starttls *out)
{
    if (starttls_from_name(argument, out))
        return true;
    complain(self->title, "--starttls: \"%s\" is not one of smtp, imap, pop3, ldap, postgres, ftp",
             argument);
    return false;
}

static bool parse_form(const struct command *self, struct check_options *out, enum check_form form)
{
    if (out->form != CHECK_TABLE && out->form != form) {
        complain(self->title, "--json, --nagios and --prometheus exclude each other");
        return false;
    }
    out->form = form;
    return true;
}

static bool parse_option(const struct command *self, struct check_options *out, int option,
                         const char *argument)
{
    switch (option) {
    case 'c':
        out->host.chain = true;
        return true;
    case 'f':
        out->soft_fail = true;
        return true;
    case 'A':
        out->host.tls.ca_file = argument;
        return true;
    case 'I':
        out->host.tls.insecure_no_chain_check = true;
        return true;
    case 's':
        return parse_starttls(self, argument, &out->host.tls.starttls);
    case 'P':
        return parse_parallel(self, argument, &out->asking.config.n_parallel);
    case 'j':
        return parse_form(self, out, CHECK_JSON);
    case 'g':
        return parse_form(self, out, CHECK_NAGIOS);
    case 'o':
        return parse_form(self, out, CHECK_PROMETHEUS);
    default:
        return asking_option(self->title, &out->asking, option, argument) ||
               option_serials_take(self->title, &out->serials, option, argument);
    }
}

static const char *wrong_combination(const struct check_options *out)
{
    if (out->serials.n == 0)
        return out->n_targets > 0 ? NULL : "missing target";
    if (out->asking.n_issuers == 0)
        return "--serial needs --issuer";
    // The addresses of responders are in certificates.
    return out->asking.url == NULL ? "--serial needs --url" : NULL;
}

static int finish(const struct command *self, int n_targets, char **targets,
                  struct check_options *out)
{
    out->targets = targets;
    out->n_targets = (size_t)n_targets;
    out->host.n_parallel = out->asking.config.n_parallel;
    out->host.tls.connect_timeout = out->asking.config.connect_timeout;
    out->host.tls.timeout = out->asking.config.exchange_timeout;
    const char *wrong = wrong_combination(out);
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    return option_serials_read(self, &out->serials) ? EX_OK : EX_USAGE;
}

int check_options_parse(const struct command *self, int argc, char **argv,
                        struct check_options *out)
{
    static const struct option known[] = {
        ASKING_OPTIONS,
        OPTION_SERIAL_OPTIONS,
        {"chain", no_argument, NULL, 'c'},
        {"ca", required_argument, NULL, 'A'},
        {"insecure-no-chain-check", no_argument, NULL, 'I'},
        {"starttls", required_argument, NULL, 's'},
        {"soft-fail", no_argument, NULL, 'f'},
        {"parallel", required_argument, NULL, 'P'},
        {"json", no_argument, NULL, 'j'},
        {"nagios", no_argument, NULL, 'g'},
        {"prometheus", no_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct check_options){0};
    asking_options_init(&out->asking, argc);
    option_serials_init(&out->serials, argc);
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (!parse_option(self, out, option, optarg))
            return EX_USAGE;
    }
    return finish(self, argc - optind, argv + optind, out);
}

void check_options_free(struct check_options *options)
{
    asking_options_free(&options->asking);
    option_serials_free(&options->serials);
    *options = (struct check_options){0};
}
