// SPDX-License-Identifier: MIT
//
// Parsing the arguments of `ocsp respond`: each checked by itself, then against the others.
#include "respond_options.h"

#include "program/report.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

// struct given is which options were given. A time has no value that could mean "not given".
struct given {
    bool produced_at;
    bool this_update;
    bool revoked_at;
    bool hash;
};

static bool parse_status(const struct command *self, const char *argument, enum oc_cert_status *out)
{
    for (*out = OC_CERT_STATUS_GOOD; *out <= OC_CERT_STATUS_UNKNOWN; (*out)++) {
        if (strcmp(argument, oc_cert_status_name(*out)) == 0)
            return true;
    }
    *out = OC_CERT_STATUS_NONE;
    complain(self->title, "--status: \"%s\" is not one of good, revoked, unknown", argument);
    return false;
}

// All revocation reasons but removeFromCRL, which ends a revocation.
static const uint32_t reasons[] = {
    OC_REASON_UNSPECIFIED,         OC_REASON_KEY_COMPROMISE,      OC_REASON_CA_COMPROMISE,
    OC_REASON_AFFILIATION_CHANGED, OC_REASON_SUPERSEDED,          OC_REASON_CESSATION_OF_OPERATION,
    OC_REASON_CERTIFICATE_HOLD,    OC_REASON_PRIVILEGE_WITHDRAWN, OC_REASON_AA_COMPROMISE,
};

enum { N_REASONS = sizeof reasons / sizeof reasons[0] };

static bool parse_reason(const struct command *self, const char *argument,
                         struct oc_single_response *out)
{
    for (size_t i = 0; i < N_REASONS; i++) {
        if (strcmp(argument, oc_crl_reason_name(reasons[i])) != 0)
            continue;
        out->has_reason = true;
        out->reason = reasons[i];
        return true;
    }
    if (strcmp(argument, oc_crl_reason_name(OC_REASON_REMOVE_FROM_CRL)) == 0)
        complain(self->title, "--reason: %s is for delta CRLs only (RFC 5280 5.3.1)", argument);
    else
        complain(self->title,
                 "--reason: \"%s\" is not one of unspecified, keyCompromise, cACompromise, "
                 "affiliationChanged, superseded, cessationOfOperation, certificateHold, "
                 "privilegeWithdrawn, aACompromise",
                 argument);
    return false;
}

static bool parse_next_update(const struct command *self, const char *argument,
                              struct respond_options *out)
{
    out->next_update = NEXT_UPDATE_NONE;
    if (strcmp(argument, "none") == 0)
        return true;
    out->next_update = NEXT_UPDATE_GIVEN;
    return option_time(self, "next-update", argument, &out->answer.next_update);
}

static bool parse_time(const struct command *self, struct respond_options *out, struct given *given,
                       int option, const char *argument)
{
    switch (option) {
    case 'p':
        given->produced_at = true;
        return option_time(self, "produced-at", argument, &out->produced_at);
    case 't':
        given->this_update = true;
        return option_time(self, "this-update", argument, &out->answer.this_update);
    case 'a':
        given->revoked_at = true;
        return option_time(self, "revoked-at", argument, &out->answer.revocation_time);
    case 'u':
        return parse_next_update(self, argument, out);
    default:
        return signing_option(self, &out->signing, option, argument) ||
               option_serial_take(self, &out->serial_given, option, argument);
    }
}

static bool parse_option(const struct command *self, struct respond_options *out,
                         struct given *given, int option, const char *argument)
{
    switch (option) {
    case 'i':
        out->issuer = argument;
        return true;
    case 'c':
        out->cert = argument;
        return true;
    case 'r':
        out->request = argument;
        return true;
    case 's':
        return parse_status(self, argument, &out->answer.status);
    case 'R':
        return parse_reason(self, argument, &out->answer);
    case 'H':
        given->hash = true;
        return option_hash(self->title, argument, &out->hash);
    case 'b':
        out->by_name = true;
        return true;
    case 'C':
        out->no_certs = true;
        return true;
    case 'o':
        out->out = strcmp(argument, "-") == 0 ? NULL : argument;
        return true;
    default:
        return parse_time(self, out, given, option, argument);
    }
}

static void set_times(struct respond_options *out, const struct given *given)
{
    if (!given->produced_at)
        out->produced_at = (int64_t)time(NULL);
    if (!given->this_update)
        out->answer.this_update = out->produced_at;
}

static const char *wrong_status(const struct respond_options *out, const struct given *given)
{
    enum oc_cert_status status = out->answer.status;
    if (status == OC_CERT_STATUS_NONE)
        return "missing --status";
    if (status == OC_CERT_STATUS_REVOKED && !given->revoked_at)
        return "missing --revoked-at, which --status revoked needs";
    if (status != OC_CERT_STATUS_REVOKED && (given->revoked_at || out->answer.has_reason))
        return "--revoked-at and --reason need --status revoked";
    return NULL;
}

static const char *wrong_combination(const struct respond_options *out, const struct given *given)
{
    const char *wrong = option_question(out->cert, out->serial_given.text, out->request);
    if (wrong == NULL)
        wrong = wrong_status(out, given);
    if (wrong != NULL)
        return wrong;
    if (out->request != NULL && given->hash)
        return "--request excludes --hash: the cert IDs are those of the request";
    if (out->issuer == NULL)
        return "missing --issuer";
    if (out->signing.key == NULL)
        return "missing --key";
    if (out->next_update == NEXT_UPDATE_GIVEN && out->answer.next_update < out->answer.this_update)
        return "--next-update is before --this-update";
    return NULL;
}

static int finish(const struct command *self, const char *behind, const struct given *given,
                  struct respond_options *out)
{
    if (behind != NULL) {
        complain(self->title, "unexpected argument \"%s\"", behind);
        return EX_USAGE;
    }
    set_times(out, given);
    const char *wrong = wrong_combination(out, given);
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    return option_serial_read(self, &out->serial_given, &out->serial) ? EX_OK : EX_USAGE;
}

int respond_options_parse(const struct command *self, int argc, char **argv,
                          struct respond_options *out)
{
    static const struct option known[] = {
        {"issuer", required_argument, NULL, 'i'},
        {"signer", required_argument, NULL, SIGNING_SIGNER},
        {"key", required_argument, NULL, SIGNING_KEY},
        {"passphrase-file", required_argument, NULL, SIGNING_PASSPHRASE},
        {"status", required_argument, NULL, 's'},
        {"reason", required_argument, NULL, 'R'},
        {"revoked-at", required_argument, NULL, 'a'},
        {"this-update", required_argument, NULL, 't'},
        {"next-update", required_argument, NULL, 'u'},
        {"produced-at", required_argument, NULL, 'p'},
        {"by-name", no_argument, NULL, 'b'},
        {"hash", required_argument, NULL, 'H'},
        {"digest", required_argument, NULL, SIGNING_DIGEST},
        {"pss", no_argument, NULL, SIGNING_PSS},
        {"no-certs", no_argument, NULL, 'C'},
        {"cert", required_argument, NULL, 'c'},
        OPTION_SERIAL_OPTIONS,
        {"request", required_argument, NULL, 'r'},
        {"out", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct given given = {0};
    *out = (struct respond_options){.hash = OC_HASH_SHA256};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (!parse_option(self, out, &given, option, optarg))
            return EX_USAGE;
    }
    return finish(self, optind < argc ? argv[optind] : NULL, &given, out);
}

void respond_options_free(struct respond_options *options)
{
    free(options->serial.data);
    *options = (struct respond_options){0};
}
