// SPDX-License-Identifier: MIT
//
// ocsp request: from certificates to an OCSP request without a signature (RFC 6960
// 4.1). The library builds the message.
#include "argument.h"
#include "certs.h"
#include "command.h"
#include "output.h"
#include "report.h"

#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { NONCE_RANDOM = 32 };

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

// struct job is the request in the making.
struct job {
    const struct options *options;
    struct certs certs;
    struct oc_single_request *singles;
    uint8_t *hashes;
};

static bool parse_nonce(struct options *options, const char *hex)
{
    options->has_nonce = true;
    options->nonce_len = 0;
    return hex == NULL || argument_hex(hex, options->nonce, NONCE_MAX, &options->nonce_len);
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

// The first certificate of a CERT file is asked about. All others may be issuers.
static bool load_files(struct job *job)
{
    const struct options *options = job->options;
    for (size_t i = 0; i < options->n_files; i++) {
        if (!certs_load(&job->certs, options->files[i], i >= options->n_issuers))
            return false;
    }
    return true;
}

static int make_cert_ids(struct job *job, const struct oc_crypto *crypto)
{
    const struct certs *certs = &job->certs;
    job->singles = must_alloc(certs->n_targets, sizeof *job->singles);
    job->hashes = must_alloc(certs->n_targets, OC_CERT_ID_HASHES_LEN);
    for (size_t i = 0; i < certs->n_targets; i++) {
        const struct found *target = &certs->targets[i];
        const struct found *issuer = certs_find_issuer(certs, target);
        if (issuer == NULL)
            return EX_DATAERR;
        struct oc_error err;
        if (oc_issuer_cert_id(crypto, job->options->hash, &issuer->cert, target->cert.serial,
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
        .n_requests = job->certs.n_targets,
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
    certs_free(&job->certs);
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
