// SPDX-License-Identifier: MIT
//
// Responses from jobs (RFC 6960 4.2.1), within bounds.
#include "signer/sign_job.h"

#include <string.h>

// EXTENSIONS_MAX is the room for a nonce and id-pkix-ocsp-extended-revoke.
enum { EXTENSIONS_MAX = JOB_NONCE_MAX + 64 };

// An INTEGER of DER (X.690 8.3.2): the first nine bits are not all the same.
static bool is_integer(const uint8_t *octets, size_t len)
{
    if (len < 1 || len > SERIAL_MAX)
        return false;
    if (len == 1)
        return true;
    bool is_negative = (octets[1] & 0x80) != 0;
    return !(octets[0] == 0x00 && !is_negative) && !(octets[0] == 0xff && is_negative);
}

static bool is_hash(const struct oc_issuer *issuer, enum oc_hash hash)
{
    return hash >= OC_HASH_SHA1 && hash <= OC_HASH_SHA512 && issuer->has_hash[hash];
}

// RFC 6960 2.2: this is how a certificate that was never issued is reported as revoked.
static bool is_not_issued(const struct job_single *single)
{
    return single->status == OC_CERT_STATUS_REVOKED && single->revocation_time == 0;
}

static const char *refuse_revocation(const struct job_single *single, bool is_extended_revoke)
{
    if (single->has_reason ? !record_reason_is_valid(single->reason) : single->reason != 0)
        return "invalid revocation reason (RFC 5280 5.3.1)";
    if (single->revocation_time < 0 || single->revocation_time > single->this_update)
        return "revocation time later than thisUpdate";
    if (!is_not_issued(single))
        return NULL;
    if (!is_extended_revoke)
        return "missing extension extended-revoke (RFC 6960 4.4.8)";
    if (single->reason != OC_REASON_CERTIFICATE_HOLD)
        return "invalid reason of an extended revoke (RFC 6960 2.2)";
    return NULL;
}

static const char *refuse_status(const struct job_single *single, bool is_extended_revoke)
{
    if (single->status == OC_CERT_STATUS_REVOKED)
        return refuse_revocation(single, is_extended_revoke);
    if (single->status != OC_CERT_STATUS_GOOD && single->status != OC_CERT_STATUS_UNKNOWN)
        return "invalid status (RFC 6960 4.2.1)";
    if (single->revocation_time != 0 || single->has_reason || single->reason != 0)
        return "unexpected revocation of a certificate that is not revoked";
    return NULL;
}

// producedAt was checked to be about now, so nothing here can overflow.
static const char *refuse_times(const struct sign_as *as, const struct job *job,
                                const struct job_single *single)
{
    if (single->this_update < 0 || single->this_update > job->produced_at)
        return "thisUpdate in the future (RFC 6960 2.4)";
    if (single->next_update <= job->produced_at)
        return "nextUpdate in the past (RFC 6960 2.4)";
    if (single->next_update - job->produced_at > as->config->validity)
        return "validity longer than configured";
    if (single->next_update > as->signer.cert.not_after)
        return "nextUpdate after the signer certificate expires";
    return NULL;
}

static const char *refuse_single(const struct sign_as *as, const struct job *job,
                                 const struct job_single *single)
{
    if (!is_hash(as->issuer, single->hash))
        return "unsupported hash (RFC 6960 4.3)";
    if (!is_integer(single->serial, single->serial_len))
        return "invalid serial number (X.690 8.3)";
    const char *why = refuse_times(as, job, single);
    return why != NULL ? why : refuse_status(single, job->is_extended_revoke);
}

static const char *refuse_time(const struct oc_cert *cert, const struct job *job, int64_t now)
{
    if (now < SIGN_LATE || now > INT64_MAX - SIGN_EARLY)
        return "invalid clock";
    if (job->produced_at < now - SIGN_LATE || job->produced_at > now + SIGN_EARLY)
        return "producedAt is not now (RFC 6960 2.4)";
    if (now < cert->not_before || now > cert->not_after)
        return "signer certificate is not valid now";
    return NULL;
}

static bool has_not_issued(const struct job *job)
{
    for (size_t i = 0; i < job->n_singles; i++) {
        if (is_not_issued(&job->singles[i]))
            return true;
    }
    return false;
}

static const char *refuse_extensions(const struct issuer_config *config, const struct job *job)
{
    if (job->nonce_len > JOB_NONCE_MAX)
        return "nonce too long (RFC 9654 2.1)";
    if (job->nonce_len > 0 && config->nonce == NONCE_IGNORE)
        return "unexpected nonce: the configuration ignores nonces";
    if (!job->is_extended_revoke)
        return NULL;
    if (config->unknown != UNKNOWN_REVOKED)
        return "unexpected extended revoke: it is not configured";
    return has_not_issued(job) ? NULL : "unexpected extension extended-revoke (RFC 6960 4.4.8)";
}

const char *sign_refuse(const struct sign_as *as, const struct job *job, int64_t now)
{
    if (job->n_singles < 1 || job->n_singles > JOB_SINGLES_MAX)
        return "invalid number of certificates";
    const char *why = refuse_time(&as->signer.cert, job, now);
    if (why == NULL)
        why = refuse_extensions(as->config, job);
    for (size_t i = 0; why == NULL && i < job->n_singles; i++)
        why = refuse_single(as, job, &job->singles[i]);
    return why;
}

static bool single_response(const struct sign_as *as, const struct job_single *single,
                            struct oc_single_response *out)
{
    struct oc_bytes serial = {single->serial, single->serial_len};
    *out = (struct oc_single_response){
        .status = single->status,
        .revocation_time = single->revocation_time,
        .has_reason = single->has_reason,
        .reason = single->reason,
        .this_update = single->this_update,
        .has_next_update = true,
        .next_update = single->next_update,
    };
    return oc_issuer_make_id(as->issuer, single->hash, serial, &out->id, NULL) == OC_OK;
}

static enum oc_err build_extensions(const struct job *job, uint8_t room[EXTENSIONS_MAX],
                                    struct oc_list *out)
{
    struct oc_extension extensions[2];
    size_t n = 0;
    memset(extensions, 0, sizeof extensions);
    if (job->nonce_len > 0) {
        extensions[n].id = OC_EXT_NONCE;
        extensions[n++].nonce = (struct oc_bytes){job->nonce, job->nonce_len};
    }
    if (job->is_extended_revoke)
        extensions[n++].id = OC_EXT_EXTENDED_REVOKE;
    return oc_extensions_build(extensions, n, room, EXTENSIONS_MAX, out, NULL);
}

static const char *sign_singles(const struct sign_as *as, const struct job *job, uint8_t *buf,
                                size_t size, struct oc_bytes *out)
{
    struct oc_single_response singles[JOB_SINGLES_MAX];
    uint8_t room[EXTENSIONS_MAX];
    struct oc_response_spec spec = {
        .responder = {.kind = as->config->by_name ? OC_RESPONDER_BY_NAME : OC_RESPONDER_BY_KEY},
        .produced_at = job->produced_at,
        .responses = singles,
        .n_responses = job->n_singles,
    };
    struct oc_error err;
    for (size_t i = 0; i < job->n_singles; i++)
        if (!single_response(as, &job->singles[i], &singles[i]))
            return "cannot make a certID";
    if (build_extensions(job, room, &spec.extensions) != OC_OK)
        return "cannot build the extensions";
    return oc_response_sign(&as->signer, &spec, buf, size, out, &err) == OC_OK ? NULL : err.what;
}

const char *sign_job(const struct sign_as *as, const struct job *job, int64_t now, uint8_t *buf,
                     size_t size, struct oc_bytes *out)
{
    const char *why = sign_refuse(as, job, now);
    *out = (struct oc_bytes){0};
    return why != NULL ? why : sign_singles(as, job, buf, size, out);
}
