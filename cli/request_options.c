// SPDX-License-Identifier: MIT
//
// Parsing the arguments of `ocsp request`.
#include "request_options.h"

#include "program/report.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static bool parse_nonce(const struct command *self, struct request_options *out, const char *hex)
{
    out->has_nonce = true;
    out->nonce_len = 0;
    return hex == NULL || option_nonce(self, hex, out->nonce, &out->nonce_len);
}

static bool parse_option(const struct command *self, struct request_options *out, int option,
                         const char *argument)
{
    switch (option) {
    case 'i':
        out->files[out->n_issuers++] = argument;
        return true;
    case 'o':
        out->out = strcmp(argument, "-") == 0 ? NULL : argument;
        return true;
    case 'H':
        return option_hash(self->title, argument, &out->hash);
    case 'n':
        return parse_nonce(self, out, argument);
    case 's':
        out->sign = true;
        return true;
    default:
        return signing_option(self, &out->signing, option, argument) ||
               option_serials_take(self->title, &out->serials, option, argument);
    }
}

static const char *wrong_combination(const struct request_options *out, int n_files)
{
    if (!out->sign && signing_is_used(&out->signing))
        return "--signer, --key, --passphrase-file, --digest and --pss need --sign";
    if (out->sign && (out->signing.signer == NULL || out->signing.key == NULL))
        return "--sign needs --signer and --key";
    if (out->serials.n > 0)
        return out->n_issuers == 0 ? "--serial needs --issuer" : NULL;
    return n_files == 0 ? "missing certificate" : NULL;
}

static int finish(const struct command *self, int n_files, char **files,
                  struct request_options *out)
{
    const char *wrong = wrong_combination(out, n_files);
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    if (!option_serials_read(self, &out->serials))
        return EX_USAGE;
    out->n_files = out->n_issuers;
    for (int i = 0; i < n_files; i++)
        out->files[out->n_files++] = files[i];
    return EX_OK;
}

int request_options_parse(const struct command *self, int argc, char **argv,
                          struct request_options *out)
{
    static const struct option known[] = {
        {"issuer", required_argument, NULL, 'i'},
        {"hash", required_argument, NULL, 'H'},
        {"nonce", optional_argument, NULL, 'n'},
        {"sign", no_argument, NULL, 's'},
        {"signer", required_argument, NULL, SIGNING_SIGNER},
        {"key", required_argument, NULL, SIGNING_KEY},
        {"passphrase-file", required_argument, NULL, SIGNING_PASSPHRASE},
        {"digest", required_argument, NULL, SIGNING_DIGEST},
        {"pss", no_argument, NULL, SIGNING_PSS},
        {"out", required_argument, NULL, 'o'},
        OPTION_SERIAL_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct request_options){
        .hash = OC_HASH_SHA256,
        .files = must_alloc((size_t)argc, sizeof *out->files),
    };
    option_serials_init(&out->serials, argc);
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (!parse_option(self, out, option, optarg))
            return EX_USAGE;
    }
    return finish(self, argc - optind, argv + optind, out);
}

void request_options_free(struct request_options *options)
{
    option_serials_free(&options->serials);
    free(options->files);
    *options = (struct request_options){0};
}
