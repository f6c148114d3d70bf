// SPDX-License-Identifier: MIT
//
// From a request to a job for the signer (RFC 6960 4.1, 4.2.2, RFC 9654 2.1): which certificates it
// asks about, what the store says, and for how long the answer is valid.
#include "answer/answer.h"

#include <ocsp/der.h>

#include <string.h>

// The critical extensions understood in requestExtensions and in singleRequestExtensions.
// acceptableResponses must allow basic responses (RFC 6960 4.4.3), and a service locator names the
// way to this responder (4.4.6).
static bool is_understood(enum oc_extension_id id, bool is_single)
{
    if (is_single)
        return id == OC_EXT_SERVICE_LOCATOR;
    return id == OC_EXT_NONCE || id == OC_EXT_ACCEPTABLE_RESPONSES;
}

static bool understands_all(const struct oc_list *extensions, bool is_single)
{
    struct oc_extension extension;
    for (size_t at = 0; oc_extension_next(extensions, &at, &extension);) {
        if (extension.critical && !is_understood(extension.id, is_single))
            return false;
    }
    return true;
}

static struct served_issuer *find_issuer(const struct served *served, const struct oc_cert_id *id)
{
    for (size_t i = 0; i < served->n_issuers; i++) {
        if (oc_issuer_matches(&served->issuers[i].issuer, id))
            return &served->issuers[i];
    }
    return NULL;
}

// Everything that makes the request malformed is checked before its issuer.
static bool read_ids(const struct oc_request *req, struct asked *asked)
{
    struct oc_single_request single;
    if (req->requests.n == 0 || req->requests.n > JOB_SINGLES_MAX)
        return false;
    for (size_t at = 0; oc_request_next(req, &at, &single);) {
        if (single.id.serial.len > SERIAL_MAX || !understands_all(&single.extensions, true))
            return false;
        asked->ids[asked->n_ids++] = single.id;
    }
    return true;
}

static bool read_nonce(const struct oc_request *req, struct asked *asked)
{
    struct oc_extension nonce;
    if (!oc_extension_find(&req->extensions, OC_EXT_NONCE, &nonce))
        return true;
    asked->nonce = nonce.nonce;
    return nonce.nonce.len >= 1 && nonce.nonce.len <= JOB_NONCE_MAX;
}

static bool read_request(const struct oc_request *req, struct asked *asked)
{
    return read_ids(req, asked) && understands_all(&req->extensions, false) &&
           read_nonce(req, asked);
}

// One issuer has one signer, and so one response.
static bool take_issuer(const struct served *served, struct asked *asked)
{
    asked->issuer = find_issuer(served, &asked->ids[0]);
    if (asked->issuer == NULL)
        return false;
    for (size_t i = 1; i < asked->n_ids; i++) {
        if (oc_issuer_matches(&asked->issuer->issuer, &asked->ids[i]))
            continue;
        asked->other = find_issuer(served, &asked->ids[i]);
        asked->has_several = true;
        return false;
    }
    return true;
}

// Returns false when a required nonce is missing.
static bool apply_nonce_rule(struct asked *asked)
{
    switch (asked->issuer->config->nonce) {
    case NONCE_REQUIRED:
        return asked->nonce.data != NULL;
    case NONCE_LIVE:
        return true;
    case NONCE_IGNORE:
    default:
        asked->nonce = (struct oc_bytes){0};
        return true;
    }
}

// Signatures of requests are not required, so neither the signature nor the requestor's name is
// looked at (RFC 6960 4.1.2).
static enum oc_response_status read_whole(const struct served *served, struct oc_bytes request,
                                          struct asked *asked)
{
    struct oc_request req;
    if (request.len > served->max_request || oc_request_parse(&req, request, NULL) != OC_OK)
        return OC_RESPONSE_MALFORMED_REQUEST;
    asked->list = req.requests.items;
    if (!read_request(&req, asked))
        return OC_RESPONSE_MALFORMED_REQUEST;
    if (!take_issuer(served, asked))
        return OC_RESPONSE_UNAUTHORIZED;
    return apply_nonce_rule(asked) ? OC_RESPONSE_SUCCESSFUL : OC_RESPONSE_MALFORMED_REQUEST;
}

enum oc_response_status answer_read(const struct served *served, struct oc_bytes request,
                                    struct asked *asked)
{
    // The room for cert IDs is large and nearly always used for one, so it is not cleared.
    asked->n_ids = 0;
    asked->issuer = NULL;
    asked->other = NULL;
    asked->has_several = false;
    asked->nonce = (struct oc_bytes){0};
    asked->list = (struct oc_bytes){0};
    enum oc_response_status status = read_whole(served, request, asked);
    if (status != OC_RESPONSE_SUCCESSFUL)
        asked->n_ids = 0;
    return status;
}

// Request ::= SEQUENCE { reqCert CertID, ... }
bool answer_first_id(const struct asked *asked, struct oc_bytes *id)
{
    struct oc_bytes list = asked->list;
    struct oc_bytes request;
    struct oc_bytes content;
    if (list.data == NULL || oc_der_read(&list, OC_DER_SEQUENCE, &request) != OC_OK)
        return false;
    id->data = request.data;
    if (oc_der_read(&request, OC_DER_SEQUENCE, &content) != OC_OK)
        return false;
    id->len = (size_t)(content.data + content.len - id->data);
    return true;
}

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

// nextUpdate is the earliest of: now plus the configured validity less the jitter, the nextUpdate
// of the record, and the end of the signer's certificate.
static int64_t next_update(const struct asked *asked, const struct answer_times *times,
                           int64_t signer_ends, const struct record *record)
{
    int64_t validity = asked->issuer->config->validity;
    int64_t jitter = at_most(times->jitter, 1000);
    int64_t until = at_most(times->now + validity - validity / 10 * jitter / 1000, signer_ends);
    // A record from an earlier time is not valid for longer because it is answered later.
    if (record->this_update != 0 && record->next_update == 0)
        return at_most(until, record->this_update + validity);
    return record->next_update != 0 ? at_most(until, record->next_update) : until;
}

static void set_not_issued(const struct asked *asked, struct job *job, struct job_single *single)
{
    single->status = OC_CERT_STATUS_UNKNOWN;
    if (asked->issuer->config->unknown != UNKNOWN_REVOKED)
        return;
    // RFC 6960 2.2: certificateHold, on 1970-01-01.
    single->status = OC_CERT_STATUS_REVOKED;
    single->has_reason = true;
    single->reason = OC_REASON_CERTIFICATE_HOLD;
    job->is_extended_revoke = true;
}

// A revocation time of 1970-01-01 means "never issued", so the earliest is one second later; the
// latest is thisUpdate.
static void set_revoked(const struct record *record, struct job_single *single)
{
    single->status = OC_CERT_STATUS_REVOKED;
    single->revocation_time = at_most(record->revoked_at, single->this_update);
    if (single->revocation_time < 1)
        single->revocation_time = 1;
    single->has_reason = record->has_reason && record_reason_is_valid(record->reason);
    single->reason = single->has_reason ? record->reason : 0;
}

static enum oc_response_status set_status(const struct asked *asked, const struct record *record,
                                          struct job *job, struct job_single *single)
{
    switch (record->status) {
    case RECORD_GOOD:
        single->status = OC_CERT_STATUS_GOOD;
        return OC_RESPONSE_SUCCESSFUL;
    case RECORD_REVOKED:
        set_revoked(record, single);
        return OC_RESPONSE_SUCCESSFUL;
    case RECORD_NOT_ISSUED:
        if (asked->issuer->config->unknown == UNKNOWN_UNAUTHORIZED)
            return OC_RESPONSE_UNAUTHORIZED;
        set_not_issued(asked, job, single);
        return OC_RESPONSE_SUCCESSFUL;
    case RECORD_UNCERTAIN:
    case RECORD_NONE:
    default:
        return OC_RESPONSE_TRY_LATER;
    }
}

// A serial number that occurs twice in a request gets one answer, even if the store changes
// meanwhile.
static const struct record *find_before(const struct asked *asked, size_t i,
                                        const struct record *records)
{
    for (size_t j = 0; j < i; j++) {
        if (oc_bytes_equal(asked->ids[j].serial, asked->ids[i].serial))
            return &records[j];
    }
    return NULL;
}

// A compromised key is known whatever the source says, even if it cannot be read.
static bool ask_store(const struct served_issuer *issuer, struct oc_bytes serial,
                      struct record *record, struct store_error *err)
{
    *record = (struct record){0};
    bool ok = issuer->store->methods->look_up(issuer->store, serial, record, err);
    if (issuer->config->ca_compromised == NULL)
        return ok;
    record_compromise(record, issuer->config->ca_compromised_at);
    err->fault = STORE_FAULT_NONE;
    return true;
}

static bool look_up(const struct asked *asked, size_t i, struct record *records,
                    struct store_error *err)
{
    const struct record *before = find_before(asked, i, records);
    if (before == NULL)
        return ask_store(asked->issuer, asked->ids[i].serial, &records[i], err);
    records[i] = *before;
    return true;
}

static void name_certificate(const struct oc_cert_id *id, struct job_single *single)
{
    single->hash = id->hash;
    single->serial_len = id->serial.len;
    memcpy(single->serial, id->serial.data, id->serial.len);
}

// Records that are not yet valid, or have expired, give no answer.
static bool set_times(const struct asked *asked, const struct answer_times *times,
                      int64_t signer_ends, const struct record *record, struct job_single *single)
{
    single->this_update = record->this_update != 0 ? record->this_update : times->now;
    single->next_update = next_update(asked, times, signer_ends, record);
    return single->this_update >= 0 && single->this_update <= times->now &&
           single->next_update > times->now;
}

enum oc_response_status answer_look_up(const struct asked *asked, const struct answer_times *times,
                                       uint32_t signer, int64_t signer_ends, struct job *job,
                                       struct record records[JOB_SINGLES_MAX],
                                       struct store_error *err)
{
    err->fault = STORE_FAULT_NONE;
    memset(job, 0, sizeof *job);
    job->signer = signer;
    job->produced_at = times->now;
    job->nonce_len = asked->nonce.len;
    if (asked->nonce.len > 0)
        memcpy(job->nonce, asked->nonce.data, asked->nonce.len);
    for (size_t i = 0; i < asked->n_ids; i++) {
        struct job_single *single = &job->singles[i];
        name_certificate(&asked->ids[i], single);
        if (!look_up(asked, i, records, err) ||
            !set_times(asked, times, signer_ends, &records[i], single))
            return OC_RESPONSE_TRY_LATER;
        enum oc_response_status status = set_status(asked, &records[i], job, single);
        if (status != OC_RESPONSE_SUCCESSFUL)
            return status;
    }
    job->n_singles = asked->n_ids;
    return OC_RESPONSE_SUCCESSFUL;
}

bool answer_excludes_certificate(const struct issuer_config *config)
{
    for (size_t i = 0; i < config->n_signers; i++) {
        if (!config->signers[i].include_certificate)
            return true;
    }
    return false;
}

struct oc_bytes answer_error(enum oc_response_status status)
{
    return oc_response_error(status);
}
