// SPDX-License-Identifier: MIT
//
// ocsp verify verifies a response about certificates (RFC 6960 3.2). This file finds the
// certificates and their issuers.
#include "verify.h"

#include "asked.h"
#include "certs.h"
#include "expect.h"
#include "load.h"
#include "program/report.h"
#include "text.h"
#include "value.h"
#include "verdict.h"
#include "verify_options.h"

#include <ocsp/openssl.h>
#include <ocsp/verify.h>

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// struct question is a certificate to ask about.
struct question {
    const struct oc_issuer *issuer;
    struct oc_bytes serial;
};

// struct verify_job is a response being verified.
struct verify_job {
    const struct command *self;
    const struct verify_options *options;
    struct oc_crypto *crypto;
    struct messages response_file;
    struct oc_response resp;
    struct messages request_file;
    struct oc_request req;
    struct certs certs;
    struct certs trusted;
    struct oc_cert *trusted_certs;
    struct oc_policy policy;
    struct oc_issuer *issuers;
    size_t n_issuers;
    struct question *questions;
    size_t n_questions;
};

static bool load_certs(struct verify_job *job)
{
    const struct verify_options *options = job->options;
    for (size_t i = 0; i < options->n_issuers; i++) {
        if (!certs_load(&job->certs, options->issuers[i], false))
            return false;
    }
    return options->cert == NULL || certs_load(&job->certs, options->cert, true);
}

static bool load_trusted(struct verify_job *job)
{
    const struct verify_options *options = job->options;
    for (size_t i = 0; i < options->n_trusted; i++) {
        if (!certs_load(&job->trusted, options->trusted[i], false))
            return false;
    }
    size_t n = job->trusted.n_candidates;
    job->trusted_certs = must_alloc(n, sizeof *job->trusted_certs);
    for (size_t i = 0; i < n; i++)
        job->trusted_certs[i] = job->trusted.candidates[i].cert;
    job->policy.trusted = job->trusted_certs;
    job->policy.n_trusted = n;
    return true;
}

// The nonce that must come back is that of the request.
static bool load_request(struct verify_job *job)
{
    struct oc_extension nonce;
    const char *file = job->options->request;
    if (file == NULL)
        return true;
    if (!asked_load(&job->request_file, file, &job->req))
        return false;
    if (oc_extension_find(&job->req.extensions, OC_EXT_NONCE, &nonce))
        job->policy.nonce = nonce.nonce;
    else
        job->policy.nonce_rule = OC_NONCE_IF_PRESENT;
    return true;
}

static bool load(struct verify_job *job)
{
    return messages_load_one(&job->response_file, job->options->response) &&
           expect_response(&job->response_file, &job->response_file.items[0], &job->resp) &&
           load_certs(job) && load_trusted(job) && load_request(job);
}

static struct oc_issuer *prepare(struct verify_job *job, const struct found *found)
{
    struct oc_error err;
    struct oc_issuer *issuer = &job->issuers[job->n_issuers];
    if (oc_issuer_init(issuer, job->crypto, &found->cert, &err) != OC_OK) {
        complain(found->file, "%s", err.what);
        return NULL;
    }
    job->n_issuers++;
    return issuer;
}

static void ask(struct verify_job *job, const struct oc_issuer *issuer, struct oc_bytes serial)
{
    job->questions[job->n_questions++] = (struct question){issuer, serial};
}

static bool ask_about_cert(struct verify_job *job)
{
    const struct found *target = &job->certs.targets[0];
    const struct found *found = certs_find_issuer(&job->certs, target);
    if (found == NULL)
        return false;
    const struct oc_issuer *issuer = prepare(job, found);
    if (issuer == NULL || !certs_is_issued(target, issuer, found->file))
        return false;
    ask(job, issuer, target->cert.serial);
    return true;
}

static bool ask_about_serial(struct verify_job *job)
{
    const struct octets *serial = &job->options->serial;
    const struct found *other;
    const struct found *only = certs_only_issuer(&job->certs, &other);
    if (other != NULL) {
        complain(job->self->title, "--serial needs one --issuer: %s and %s hold different ones",
                 only->file, other->file);
        return false;
    }
    const struct oc_issuer *issuer = prepare(job, only);
    if (issuer == NULL)
        return false;
    ask(job, issuer, (struct oc_bytes){serial->data, serial->len});
    return true;
}

static const struct oc_issuer *issuer_of(const struct verify_job *job, const struct oc_cert_id *id)
{
    for (size_t i = 0; i < job->n_issuers; i++) {
        if (oc_issuer_matches(&job->issuers[i], id))
            return &job->issuers[i];
    }
    asked_complain_issuer(job->options->request, id);
    return NULL;
}

static bool ask_about_request(struct verify_job *job)
{
    for (size_t i = 0; i < job->certs.n_candidates; i++) {
        if (prepare(job, &job->certs.candidates[i]) == NULL)
            return false;
    }
    struct oc_single_request single;
    for (size_t at = 0; oc_request_next(&job->req, &at, &single);) {
        const struct oc_issuer *issuer = issuer_of(job, &single.id);
        if (issuer == NULL)
            return false;
        ask(job, issuer, single.id.serial);
    }
    return true;
}

static bool ask_all(struct verify_job *job)
{
    size_t n_questions = job->options->request != NULL ? job->req.requests.n : 1;
    job->questions = must_alloc(n_questions, sizeof *job->questions);
    job->issuers = must_alloc(job->certs.n_candidates, sizeof *job->issuers);
    if (job->options->cert != NULL)
        return ask_about_cert(job);
    if (job->certs.n_candidates == 0) {
        complain(job->self->title, "missing --issuer");
        return false;
    }
    return job->options->request != NULL ? ask_about_request(job) : ask_about_serial(job);
}

// The error line names the error status and, if there are several, the certificate.
static void complain_outcome(const struct verify_job *job, const struct outcome *outcome)
{
    char what[2048];
    char label[SERIAL_LABEL_SIZE(SERIAL_OCTETS_MAX)];
    struct oc_error err = outcome->error;
    bool is_status = err.code == OC_ERR_NOT_SUCCESSFUL;
    bool is_one_of_many = job->n_questions > 1;
    snprintf(what, sizeof what, "%s%s%s%s%s", err.what, is_status ? ": " : "",
             is_status ? oc_response_status_name(job->resp.status) : "",
             is_one_of_many ? "; serial number " : "",
             is_one_of_many ? serial_label(outcome->serial, label) : "");
    const struct message *message = &job->response_file.items[0];
    err.what = what;
    if (err.offset != 0)
        message_complain_parse(&job->response_file, message, &err);
    else
        message_complain(&job->response_file, message, "%s", what);
}

static int answer(const struct verify_job *job, const struct question *question, struct sink *sink)
{
    struct outcome outcome = {
        .policy = &job->policy,
        .issuer = question->issuer,
        .resp = &job->resp,
        .serial = question->serial,
    };
    struct heading heading = {
        .file = job->response_file.file,
        .type = "verdict",
        .type_name = message_kind_name(MESSAGE_RESPONSE),
        .octets = job->resp.der.len,
    };
    if (oc_verify(outcome.policy, outcome.issuer, outcome.serial, outcome.resp, &outcome.verdict,
                  &outcome.error) != OC_OK)
        complain_outcome(job, &outcome);
    sink_begin(sink, &heading);
    verdict_describe(sink, &outcome);
    sink_end(sink);
    return verdict_status(&outcome);
}

static int run_job(struct verify_job *job)
{
    if (!load(job) || !ask_all(job))
        return EX_DATAERR;
    struct sink sink = sink_stdout(job->options->json ? &json_sink : &text_sink);
    int status = VERDICT_GOOD;
    for (size_t i = 0; i < job->n_questions && !sink_broken(&sink); i++)
        status = verdict_worse(status, answer(job, &job->questions[i], &sink));
    return status;
}

static void free_job(struct verify_job *job)
{
    for (size_t i = 0; i < job->n_issuers; i++)
        oc_issuer_cleanup(&job->issuers[i]);
    free(job->issuers);
    free(job->questions);
    free(job->trusted_certs);
    certs_free(&job->certs);
    certs_free(&job->trusted);
    messages_free(&job->request_file);
    messages_free(&job->response_file);
    oc_openssl_free(job->crypto);
}

int verify_run(const struct command *self, int argc, char **argv)
{
    struct verify_options options;
    int status = verify_options_parse(self, argc, argv, &options);
    if (status == EX_OK) {
        struct verify_job job = {.self = self, .options = &options, .policy = options.policy};
        job.crypto = oc_openssl_new();
        if (job.crypto == NULL)
            die_no_memory();
        status = run_job(&job);
        free_job(&job);
    } else {
        status = command_explain(self, status);
    }
    verify_options_free(&options);
    return status;
}
