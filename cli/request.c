// SPDX-License-Identifier: MIT
//
// ocsp request: from certificates to an OCSP request without a signature (RFC 6960
// 4.1). Finding the issuers is the work; the library builds the message.
#include "command.h"
#include "message.h"
#include "output.h"
#include "report.h"
#include "value.h"

#include <ocsp/cert.h>
#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { NONCE_MAX = 128, NONCE_RANDOM = 32 };

struct options {
    enum oc_hash hash;
    bool has_nonce;
    uint8_t nonce[NONCE_MAX];
    size_t nonce_len;  // 0 is a nonce still to be made
    const char *out;
    const char **files;  // first the issuers, then the certificates
    size_t n_issuers;
    size_t n_files;
};

// struct found is a certificate and where it was found.
struct found {
    struct oc_cert cert;
    const char *file;
};

// struct job is the request in the making. The certificates are views into the
// messages of `files`.
struct job {
    const struct options *options;
    struct messages *files;
    size_t n_files;
    struct found *targets;  // asked about, one for each CERT file
    size_t n_targets;
    struct found *candidates;  // whoever may be an issuer
    size_t n_candidates;
    struct oc_single_request *singles;
    uint8_t *hashes;
};

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    if (at == NULL)
        return -1;
    return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

static bool parse_nonce(struct options *options, const char *hex)
{
    options->has_nonce = true;
    options->nonce_len = 0;
    if (hex == NULL)
        return true;

    size_t len = strlen(hex) / 2;
    if (strlen(hex) % 2 != 0 || len == 0 || len > NONCE_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        options->nonce[i] = (uint8_t)(high << 4 | low);
    }
    options->nonce_len = len;
    return true;
}

static bool parse_option(const struct command *self, struct options *options, int option,
                         const char *argument)
{
    switch (option) {
    case 'i':
        options->files[options->n_issuers++] = argument;
        return true;
    case 'o':
        options->out = strcmp(argument, "-") == 0 ? NULL : argument;
        return true;
    case 'H':
        options->hash = oc_hash_from_name(argument);
        if (options->hash != OC_HASH_OTHER)
            return true;
        complain(self->title, "--hash: \"%s\" is none of sha1, sha224, sha256, sha384, sha512",
                 argument);
        return false;
    case 'n':
        if (parse_nonce(options, argument))
            return true;
        complain(self->title, "--nonce: \"%s\" is not 1 to %d octets in hex", argument, NONCE_MAX);
        return false;
    default:
        return false;
    }
}

// Returns EX_OK, EX_USAGE, or -1 for help that was asked for.
static int parse_options(const struct command *self, int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"issuer", required_argument, NULL, 'i'}, {"hash", required_argument, NULL, 'H'},
        {"nonce", optional_argument, NULL, 'n'},  {"out", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},         {0},
    };
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (!parse_option(self, options, option, optarg))
            return EX_USAGE;
    }
    if (optind == argc) {
        complain(self->title, "no certificate given");
        return EX_USAGE;
    }
    options->n_files = options->n_issuers;
    for (int i = optind; i < argc; i++)
        options->files[options->n_files++] = argv[i];
    return EX_OK;
}

static bool is_message(const struct message *message)
{
    struct oc_request req;
    struct oc_response resp;
    if (message->kind == MESSAGE_REQUEST)
        return oc_request_parse(&req, message_der(message), NULL) == OC_OK;
    return message->kind == MESSAGE_RESPONSE &&
           oc_response_parse(&resp, message_der(message), NULL) == OC_OK;
}

static bool parse_certificate(const struct messages *in, const struct message *message,
                              struct oc_cert *cert)
{
    struct oc_error err;
    if (is_message(message)) {
        message_complain(in, message, "is an %s, not a certificate",
                         message_kind_name(message->kind));
        return false;
    }
    if (oc_cert_parse(cert, message_der(message), &err) == OC_OK)
        return true;
    message_complain_parse(in, message, &err);
    return false;
}

static void add(struct found **list, size_t *n, const struct found *one)
{
    if ((*n & (*n - 1)) == 0)
        *list = must_resize(*list, *n == 0 ? 1 : *n * 2, sizeof **list);
    (*list)[(*n)++] = *one;
}

// The first certificate of a CERT file is asked about. All others may be issuers.
static bool load_file(struct job *job, const char *name, bool is_issuer)
{
    struct messages *in = &job->files[job->n_files];
    if (!messages_load(in, name))
        return false;
    job->n_files++;
    for (size_t i = 0; i < in->n; i++) {
        struct found one = {.file = name};
        if (!parse_certificate(in, &in->items[i], &one.cert))
            return false;
        if (i == 0 && !is_issuer)
            add(&job->targets, &job->n_targets, &one);
        else
            add(&job->candidates, &job->n_candidates, &one);
    }
    return true;
}

static bool load_files(struct job *job)
{
    job->files = must_alloc(job->options->n_files, sizeof *job->files);
    for (size_t i = 0; i < job->options->n_files; i++) {
        if (!load_file(job, job->options->files[i], i < job->options->n_issuers))
            return false;
    }
    return true;
}

static void complain_no_issuer(const struct found *target)
{
    json_t *name = value_name(target->cert.issuer);
    complain(target->file, "no certificate given is that of its issuer, \"%s\"",
             json_string_value(name));
    json_decref(name);
}

// Certificates of one CA may differ (renewed, cross-signed) and be equally good, as
// long as the key is one: only name and key get into the request.
static const struct oc_cert *find_issuer(const struct job *job, const struct found *target)
{
    const struct found *issuer = NULL;
    for (size_t i = 0; i < job->n_candidates; i++) {
        const struct found *one = &job->candidates[i];
        if (!oc_issuer_names(&one->cert, &target->cert))
            continue;
        if (issuer == NULL) {
            issuer = one;
        } else if (!oc_bytes_equal(issuer->cert.public_key, one->cert.public_key)) {
            complain(target->file, "certificates with different keys may be its issuer: %s and %s",
                     issuer->file, one->file);
            return NULL;
        }
    }
    if (issuer == NULL)
        complain_no_issuer(target);
    return issuer != NULL ? &issuer->cert : NULL;
}

static int make_cert_ids(struct job *job, const struct oc_crypto *crypto)
{
    job->singles = must_alloc(job->n_targets, sizeof *job->singles);
    job->hashes = must_alloc(job->n_targets, OC_CERT_ID_HASHES_LEN);
    for (size_t i = 0; i < job->n_targets; i++) {
        const struct found *target = &job->targets[i];
        const struct oc_cert *issuer = find_issuer(job, target);
        if (issuer == NULL)
            return EX_DATAERR;
        struct oc_error err;
        if (oc_issuer_cert_id(crypto, job->options->hash, issuer, target->cert.serial,
                              job->hashes + i * OC_CERT_ID_HASHES_LEN, &job->singles[i].id,
                              &err) != OC_OK) {
            complain(target->file, "%s", err.what);
            return EX_SOFTWARE;
        }
    }
    return EX_OK;
}

static bool make_nonce(const struct job *job, const struct oc_crypto *crypto, uint8_t *octets,
                       struct oc_bytes *nonce)
{
    const struct options *options = job->options;
    *nonce = (struct oc_bytes){options->nonce, options->nonce_len};
    if (options->nonce_len != 0)
        return true;
    *nonce = (struct oc_bytes){octets, NONCE_RANDOM};
    if (crypto->random(crypto, octets, NONCE_RANDOM) == OC_OK)
        return true;
    complain("ocsp request", "no random octets for the nonce");
    return false;
}

static int build(const struct job *job, struct oc_list extensions)
{
    struct oc_request_spec spec = {
        .requests = job->singles,
        .n_requests = job->n_targets,
        .extensions = extensions,
    };
    struct oc_error err;
    struct oc_bytes der;
    uint8_t *buf = NULL;
    bool ok = oc_request_build(&spec, NULL, 0, &der, &err) == OC_OK;
    if (ok) {
        size_t size = der.len;
        buf = must_alloc(size, 1);
        ok = oc_request_build(&spec, buf, size, &der, &err) == OC_OK;
    }
    int status = ok ? EX_OK : EX_SOFTWARE;
    if (!ok)
        complain("ocsp request", "%s", err.what);
    else if (job->options->out == NULL)
        output_stdout(der);
    else if (!output_file(job->options->out, der))
        status = EX_IOERR;
    free(buf);
    return status;
}

static int build_with_nonce(const struct job *job, const struct oc_crypto *crypto)
{
    uint8_t octets[NONCE_RANDOM];
    uint8_t buf[NONCE_MAX + 64];
    struct oc_extension nonce = {.id = OC_EXT_NONCE};
    struct oc_list extensions = {0};
    struct oc_error err;
    if (!job->options->has_nonce)
        return build(job, extensions);
    if (!make_nonce(job, crypto, octets, &nonce.nonce))
        return EX_SOFTWARE;
    if (oc_extensions_build(&nonce, 1, buf, sizeof buf, &extensions, &err) == OC_OK)
        return build(job, extensions);
    complain("ocsp request", "%s", err.what);
    return EX_SOFTWARE;
}

static int run_job(struct job *job)
{
    if (!load_files(job))
        return EX_DATAERR;
    struct oc_crypto *crypto = oc_openssl_new();
    if (crypto == NULL)
        die_no_memory();
    int status = make_cert_ids(job, crypto);
    if (status == EX_OK)
        status = build_with_nonce(job, crypto);
    oc_openssl_free(crypto);
    return status;
}

static void free_job(struct job *job)
{
    for (size_t i = 0; i < job->n_files; i++)
        messages_free(&job->files[i]);
    free(job->files);
    free(job->targets);
    free(job->candidates);
    free(job->singles);
    free(job->hashes);
}

int request_run(const struct command *self, int argc, char **argv)
{
    struct options options = {
        .hash = OC_HASH_SHA256,
        .files = must_alloc((size_t)argc, sizeof *options.files),
    };
    int status = parse_options(self, argc, argv, &options);
    if (status == EX_OK) {
        struct job job = {.options = &options};
        status = run_job(&job);
        free_job(&job);
    } else {
        status = status == EX_USAGE ? command_usage(self) : command_help(self);
    }
    free(options.files);
    return status;
}
