// SPDX-License-Identifier: MIT
//
// ocsp respond builds and signs one response (RFC 6960 4.2). This file finds the certificates and
// the signer; the response is verified before it is written.
#include "respond.h"

#include "asked.h"
#include "certs.h"
#include "program/argument.h"
#include "program/output.h"
#include "program/report.h"
#include "respond_options.h"

#include <ocsp/openssl.h>
#include <ocsp/sign.h>
#include <ocsp/verify.h>

#include <stdlib.h>
#include <sysexits.h>

#define DAY INT64_C(86400)

// struct respond_job is a response being built.
struct respond_job {
    const struct command *self;
    const struct respond_options *options;
    struct oc_crypto *crypto;
    struct certs issuer_file;
    struct certs cert_file;
    struct messages request_file;
    struct oc_request req;
    struct oc_issuer issuer;
    struct signing signing;
    enum oc_signer_kind kind;
    struct oc_single_response *singles;
    size_t n_singles;
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_bytes nonce;
};

static const struct found *issuer_of(const struct respond_job *job)
{
    return &job->issuer_file.targets[0];
}

static bool load_issuer(struct respond_job *job)
{
    struct oc_error err;
    if (!certs_load(&job->issuer_file, job->options->issuer, true))
        return false;
    const struct found *found = issuer_of(job);
    if (oc_issuer_init(&job->issuer, job->crypto, &found->cert, &err) == OC_OK)
        return true;
    complain(found->file, "%s", err.what);
    return false;
}

static bool load_cert(struct respond_job *job)
{
    const char *file = job->options->cert;
    if (!certs_load(&job->cert_file, file, true))
        return false;
    const struct found *target = &job->cert_file.targets[0];
    if (oc_issuer_names(&issuer_of(job)->cert, &target->cert))
        return certs_is_issued(target, &job->issuer, job->options->issuer);
    complain(file, "not issued by the certificate in %s", job->options->issuer);
    return false;
}

// RFC 9654 2.1: a responder must take nonces of 1 to 32 octets, and none above 128.
static bool take_nonce(struct respond_job *job)
{
    struct oc_extension nonce;
    if (!oc_extension_find(&job->req.extensions, OC_EXT_NONCE, &nonce))
        return true;
    job->nonce = nonce.nonce;
    if (nonce.nonce.len >= 1 && nonce.nonce.len <= NONCE_MAX)
        return true;
    complain(job->options->request, "the nonce has %zu bytes instead of 1 to %d (RFC 9654 2.1)",
             nonce.nonce.len, NONCE_MAX);
    return false;
}

static bool load(struct respond_job *job)
{
    const struct respond_options *options = job->options;
    if (!load_issuer(job) || (options->cert != NULL && !load_cert(job)))
        return false;
    return options->request == NULL ||
           (asked_load(&job->request_file, options->request, &job->req) && take_nonce(job));
}

// The certificate is checked first, so that nobody types a passphrase in vain.
static bool load_signer(struct respond_job *job)
{
    const struct respond_options *options = job->options;
    struct oc_policy policy;
    struct oc_error err;
    if (!signing_load_cert(&job->signing, &options->signing, issuer_of(job)))
        return false;
    oc_policy_init(&policy, options->produced_at);
    policy.skew = 0;
    if (oc_verify_responder(&policy, &job->issuer, &job->signing.cert, &job->kind, &err) != OC_OK) {
        signing_refuse(&job->signing, &err);
        return false;
    }
    if (!signing_load_key(&job->signing, &options->signing, job->crypto))
        return false;
    if (job->kind == OC_SIGNER_ISSUER || options->no_certs)
        job->signing.signer.certs = (struct oc_list){0};
    return true;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// A delegate's signature is no longer believed when its certificate has expired.
static bool set_next_update(struct respond_job *job, struct oc_single_response *answer)
{
    enum next_update_rule rule = job->options->next_update;
    answer->has_next_update = rule != NEXT_UPDATE_NONE;
    if (rule != NEXT_UPDATE_USUAL)
        return true;
    answer->next_update = least(answer->this_update + DAY, ARGUMENT_TIME_MAX);
    if (job->kind != OC_SIGNER_ISSUER)
        answer->next_update = least(answer->next_update, job->signing.cert.not_after);
    if (answer->next_update >= answer->this_update)
        return true;
    complain(job->signing.file, "the signer's certificate expires before this update; specify "
                                "another one with --signer");
    return false;
}

static void answer_request(struct respond_job *job, const struct oc_single_response *answer)
{
    struct oc_single_request single;
    for (size_t at = 0; oc_request_next(&job->req, &at, &single);) {
        job->singles[job->n_singles] = *answer;
        job->singles[job->n_singles++].id = single.id;
    }
}

static bool check_request(const struct respond_job *job)
{
    struct oc_single_request single;
    for (size_t at = 0; oc_request_next(&job->req, &at, &single);) {
        if (oc_issuer_matches(&job->issuer, &single.id))
            continue;
        asked_complain_issuer(job->options->request, &single.id);
        return false;
    }
    return true;
}

static int answer_one(struct respond_job *job, const struct oc_single_response *answer)
{
    const struct octets *serial = &job->options->serial;
    struct oc_bytes number = {serial->data, serial->len};
    struct oc_error err;
    if (job->options->cert != NULL)
        number = job->cert_file.targets[0].cert.serial;
    job->singles[0] = *answer;
    job->n_singles = 1;
    if (oc_issuer_cert_id(job->crypto, job->options->hash, &job->issuer.cert, number, job->hashes,
                          &job->singles[0].id, &err) == OC_OK)
        return EX_OK;
    complain(job->self->title, "%s", err.what);
    return EX_SOFTWARE;
}

static int answer_all(struct respond_job *job)
{
    struct oc_single_response answer = job->options->answer;
    bool is_request = job->options->request != NULL;
    if (!set_next_update(job, &answer) || (is_request && !check_request(job)))
        return EX_DATAERR;
    job->singles = must_alloc(is_request ? job->req.requests.n : 1, sizeof *job->singles);
    if (!is_request)
        return answer_one(job, &answer);
    answer_request(job, &answer);
    return EX_OK;
}

// Verifies the response as a client who has the signer's certificate would, and that each
// certificate has the requested status.
static bool check(const struct respond_job *job, struct oc_bytes der, struct oc_error *err)
{
    struct oc_response resp;
    struct oc_policy policy;
    struct oc_verdict verdict;
    oc_policy_init(&policy, job->options->produced_at);
    policy.ignore_times = true;
    policy.nonce = job->nonce;
    policy.nonce_rule = job->nonce.data != NULL ? OC_NONCE_REQUIRED : OC_NONCE_IF_PRESENT;
    policy.trusted = &job->signing.cert;
    policy.n_trusted = job->options->no_certs ? 1 : 0;
    if (oc_response_parse(&resp, der, err) != OC_OK)
        return false;
    for (size_t i = 0; i < job->n_singles; i++) {
        const struct oc_single_response *single = &job->singles[i];
        if (oc_verify(&policy, &job->issuer, single->id.serial, &resp, &verdict, err) != OC_OK)
            return false;
        err->what = "it does not have the requested status";
        if (verdict.status != single->status)
            return false;
    }
    return true;
}

static int check_and_write(const struct respond_job *job, struct oc_bytes der)
{
    struct oc_error err;
    if (!check(job, der, &err)) {
        complain(job->self->title, "cannot verify the new response: %s", err.what);
        return EX_SOFTWARE;
    }
    return output_result(job->options->out, der) ? EX_OK : EX_IOERR;
}

static int sign(const struct respond_job *job, struct oc_list extensions)
{
    const struct oc_signer *signer = &job->signing.signer;
    const struct oc_response_spec spec = {
        .responder.kind = job->options->by_name ? OC_RESPONDER_BY_NAME : OC_RESPONDER_BY_KEY,
        .produced_at = job->options->produced_at,
        .responses = job->singles,
        .n_responses = job->n_singles,
        .extensions = extensions,
    };
    struct oc_error err;
    struct oc_bytes der;
    uint8_t *buf = NULL;
    bool ok = oc_response_sign(signer, &spec, NULL, 0, &der, &err) == OC_OK;
    if (ok) {
        size_t size = der.len;
        buf = must_alloc(size, 1);
        ok = oc_response_sign(signer, &spec, buf, size, &der, &err) == OC_OK;
    }
    int status = EX_SOFTWARE;
    if (ok)
        status = check_and_write(job, der);
    else
        complain(job->self->title, "%s", err.what);
    free(buf);
    return status;
}

static int sign_with_nonce(const struct respond_job *job)
{
    uint8_t buf[NONCE_MAX + 64];
    const struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = job->nonce};
    struct oc_list extensions = {0};
    struct oc_error err;
    if (job->nonce.data == NULL ||
        oc_extensions_build(&nonce, 1, buf, sizeof buf, &extensions, &err) == OC_OK)
        return sign(job, extensions);
    complain(job->self->title, "%s", err.what);
    return EX_SOFTWARE;
}

static int run_job(struct respond_job *job)
{
    if (!load(job) || !load_signer(job))
        return EX_DATAERR;
    int status = answer_all(job);
    return status == EX_OK ? sign_with_nonce(job) : status;
}

static void free_job(struct respond_job *job)
{
    signing_free(&job->signing);
    oc_issuer_cleanup(&job->issuer);
    free(job->singles);
    certs_free(&job->issuer_file);
    certs_free(&job->cert_file);
    messages_free(&job->request_file);
    oc_openssl_free(job->crypto);
}

int respond_run(const struct command *self, int argc, char **argv)
{
    struct respond_options options;
    int status = respond_options_parse(self, argc, argv, &options);
    if (status == EX_OK) {
        struct respond_job job = {.self = self, .options = &options};
        job.crypto = oc_openssl_new();
        if (job.crypto == NULL)
            die_no_memory();
        status = run_job(&job);
        free_job(&job);
    } else {
        status = command_explain(self, status);
    }
    respond_options_free(&options);
    return status;
}
