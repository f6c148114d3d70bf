// SPDX-License-Identifier: MIT
//
// ocsp request builds an OCSP request about certificates and signs it if required (RFC 6960 4.1).
#include "request.h"

#include "certs.h"
#include "program/output.h"
#include "program/report.h"
#include "request_options.h"

#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>
#include <ocsp/sign.h>
#include <ocsp/verify.h>

#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

enum { NONCE_RANDOM = 32 };

// struct request_job is the request being built.
struct request_job {
    const struct request_options *options;
    struct certs certs;
    struct signing signing;
    struct found serial_issuer;
    struct oc_single_request *singles;
    size_t n_singles;
    uint8_t *hashes;
};

static bool find_serial_issuer(struct request_job *job)
{
    const struct found *other;
    if (job->options->serials.n == 0)
        return true;
    const struct found *only = certs_only_issuer(&job->certs, &other);
    if (only == NULL) {
        complain("ocsp request", "--serial needs --issuer");
        return false;
    }
    if (other != NULL) {
        complain("ocsp request", "--serial needs one --issuer: %s and %s hold different ones",
                 only->file, other->file);
        return false;
    }
    job->serial_issuer = *only;
    return true;
}

// The request asks about the first certificate of each CERT file. All others may be issuers; for
// serial numbers without a certificate, only those of --issuer.
static bool load_files(struct request_job *job)
{
    const struct request_options *options = job->options;
    for (size_t i = 0; i < options->n_files; i++) {
        if (i == options->n_issuers && !find_serial_issuer(job))
            return false;
        if (!certs_load(&job->certs, options->files[i], i >= options->n_issuers))
            return false;
    }
    return options->n_files > options->n_issuers || find_serial_issuer(job);
}

static int add_cert_id(struct request_job *job, const struct oc_crypto *crypto,
                       const struct found *issuer, struct oc_bytes serial, const char *about)
{
    struct oc_error err;
    size_t i = job->n_singles++;
    if (oc_issuer_cert_id(crypto, job->options->hash, &issuer->cert, serial,
                          job->hashes + i * OC_CERT_ID_HASHES_LEN, &job->singles[i].id,
                          &err) == OC_OK)
        return EX_OK;
    complain(about, "%s", err.what);
    return EX_SOFTWARE;
}

static int make_cert_ids(struct request_job *job, const struct oc_crypto *crypto)
{
    const struct certs *certs = &job->certs;
    const size_t n = certs->n_targets + job->options->serials.n;
    int status = EX_OK;
    job->singles = must_alloc(n, sizeof *job->singles);
    job->hashes = must_alloc(n, OC_CERT_ID_HASHES_LEN);
    for (size_t i = 0; i < certs->n_targets && status == EX_OK; i++) {
        const struct found *target = &certs->targets[i];
        const struct found *issuer = certs_find_issuer(certs, target);
        status = issuer == NULL
                     ? EX_DATAERR
                     : add_cert_id(job, crypto, issuer, target->cert.serial, target->file);
    }
    for (size_t i = 0; i < job->options->serials.n && status == EX_OK; i++) {
        const struct octets *serial = &job->options->serials.numbers[i];
        status = add_cert_id(job, crypto, &job->serial_issuer,
                             (struct oc_bytes){serial->data, serial->len}, "ocsp request");
    }
    return status;
}

static bool make_nonce(const struct request_job *job, const struct oc_crypto *crypto,
                       uint8_t *octets, struct oc_bytes *nonce)
{
    const struct request_options *options = job->options;
    *nonce = (struct oc_bytes){options->nonce, options->nonce_len};
    if (options->nonce_len != 0)
        return true;
    *nonce = (struct oc_bytes){octets, NONCE_RANDOM};
    if (crypto->random(crypto, octets, NONCE_RANDOM) == OC_OK)
        return true;
    complain("ocsp request", "cannot generate a random nonce");
    return false;
}

// Builds the request, and signs it with --sign. A NULL buffer asks for the size in both cases.
static bool make(const struct request_job *job, const struct oc_request_spec *spec, uint8_t *buf,
                 size_t size, struct oc_bytes *der, struct oc_error *err)
{
    if (job->options->sign)
        return oc_request_sign(&job->signing.signer, spec, buf, size, der, err) == OC_OK;
    return oc_request_build(spec, buf, size, der, err) == OC_OK;
}

// Verifies the request as a recipient who has the signer's certificate would.
static bool check(const struct signing *signing, struct oc_bytes der, struct oc_error *err)
{
    struct oc_request req;
    struct oc_issuer self;
    struct oc_policy policy;
    struct oc_requestor requestor;
    if (oc_request_parse(&req, der, err) != OC_OK ||
        oc_issuer_init(&self, signing->signer.crypto, &signing->cert, err) != OC_OK)
        return false;
    oc_policy_init(&policy, (int64_t)time(NULL));
    policy.ignore_times = true;
    enum oc_err code = oc_verify_request(&policy, &self, &req, &requestor, err);
    oc_issuer_cleanup(&self);
    return code == OC_OK;
}

static int check_and_write(const struct request_job *job, struct oc_bytes der)
{
    struct oc_error err;
    if (job->options->sign && !check(&job->signing, der, &err)) {
        complain("ocsp request", "cannot verify the new request: %s", err.what);
        return EX_SOFTWARE;
    }
    return output_result(job->options->out, der) ? EX_OK : EX_IOERR;
}

static int build(const struct request_job *job, struct oc_list extensions)
{
    struct oc_request_spec spec = {
        .requests = job->singles,
        .n_requests = job->n_singles,
        .extensions = extensions,
    };
    struct oc_error err;
    struct oc_bytes der;
    uint8_t *buf = NULL;
    bool ok = make(job, &spec, NULL, 0, &der, &err);
    if (ok) {
        size_t size = der.len;
        buf = must_alloc(size, 1);
        ok = make(job, &spec, buf, size, &der, &err);
    }
    int status = EX_SOFTWARE;
    if (ok)
        status = check_and_write(job, der);
    else
        complain("ocsp request", "%s", err.what);
    free(buf);
    return status;
}

static int build_with_nonce(const struct request_job *job, const struct oc_crypto *crypto)
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

static bool load_signer(struct request_job *job, const struct oc_crypto *crypto)
{
    const struct signing_options *options = &job->options->signing;
    return !job->options->sign || (signing_load_cert(&job->signing, options, NULL) &&
                                   signing_load_key(&job->signing, options, crypto));
}

static int run_job(struct request_job *job)
{
    if (!load_files(job))
        return EX_DATAERR;
    struct oc_crypto *crypto = oc_openssl_new();
    if (crypto == NULL)
        die_no_memory();
    int status = make_cert_ids(job, crypto);
    if (status == EX_OK && !load_signer(job, crypto))
        status = EX_DATAERR;
    if (status == EX_OK)
        status = build_with_nonce(job, crypto);
    oc_openssl_free(crypto);
    return status;
}

static void free_job(struct request_job *job)
{
    certs_free(&job->certs);
    signing_free(&job->signing);
    free(job->singles);
    free(job->hashes);
}

int request_run(const struct command *self, int argc, char **argv)
{
    struct request_options options;
    int status = request_options_parse(self, argc, argv, &options);
    if (status == EX_OK) {
        struct request_job job = {.options = &options};
        status = run_job(&job);
        free_job(&job);
    } else {
        status = command_explain(self, status);
    }
    request_options_free(&options);
    return status;
}
