// SPDX-License-Identifier: MIT
//
// Whether to believe a response (RFC 6960 3.2): the checks in their order, and the
// verdict.
#include "base/names.h"
#include "verify/freshness.h"
#include "verify/signer.h"

#include <string.h>

// The single response that counts, and its place in the message.
struct chosen {
    struct oc_single_response single;
    const uint8_t *at;
};

static bool check_nonce_rule(struct judge *judge)
{
    const struct oc_policy *policy = judge->policy;
    if (policy->nonce_rule == OC_NONCE_REQUIRED && policy->nonce.data == NULL)
        return oci_refuse(judge, OC_ERR_ARGUMENT, NULL,
                          "the policy requires a nonce, and does not have the one sent");
    return true;
}

static bool check_kind(struct judge *judge, const struct oc_response *resp)
{
    if (resp->status != OC_RESPONSE_SUCCESSFUL)
        return oci_refuse(judge, OC_ERR_NOT_SUCCESSFUL, NULL,
                          "the responder answered with an error (RFC 6960 2.3)");
    if (!resp->is_basic)
        return oci_refuse(judge, OC_ERR_NOT_BASIC, resp->response_type.data,
                          "responseType is not id-pkix-ocsp-basic (RFC 6960 4.2.1)");
    return true;
}

// struct question is the certificate in question, whatever hash its cert ID is made with.
struct question {
    const struct oc_issuer *issuer;
    struct oc_bytes serial;
};

static bool is_about(const void *arg, const struct oc_cert_id *id)
{
    const struct question *question = arg;
    return oc_bytes_equal(id->serial, question->serial) && oc_issuer_matches(question->issuer, id);
}

static bool choose_single(struct judge *judge, const struct oc_response *resp,
                          struct oc_bytes serial, struct chosen *out)
{
    const struct question question = {judge->issuer, serial};
    const uint8_t *items = resp->responses.items.data;
    size_t at = 0;
    if (!oc_response_find_strictest(resp, is_about, &question, &at, &out->single))
        return oci_refuse(judge, OC_ERR_NO_MATCH, items,
                          "no SingleResponse is about the certificate (RFC 6960 3.2)");
    out->at = items + at;
    return true;
}

// The extensions of a response that are understood here. Any other, if critical, could change
// the meaning of the response.
static bool is_understood(enum oc_extension_id id)
{
    switch (id) {
    case OC_EXT_NONCE:
    case OC_EXT_CRL_REFERENCE:
    case OC_EXT_ARCHIVE_CUTOFF:
    case OC_EXT_EXTENDED_REVOKE:
    case OC_EXT_SCT_LIST:
    case OC_EXT_CRL_REASON:
    case OC_EXT_INVALIDITY_DATE:
        return true;
    default:
        return false;
    }
}

static bool check_critical(struct judge *judge, const struct oc_list *extensions)
{
    struct oc_extension extension;
    for (size_t at = 0; oc_extension_next(extensions, &at, &extension);) {
        if (extension.critical && !is_understood(extension.id))
            return oci_refuse(judge, OC_ERR_CRITICAL, extension.oid.data,
                              "a critical extension is not understood (RFC 6960 4.4)");
    }
    return true;
}

static bool has_nonce(const struct oc_policy *policy, const struct oc_response *resp)
{
    struct oc_extension found;
    return policy->nonce.data != NULL &&
           oc_extension_find(&resp->extensions, OC_EXT_NONCE, &found) &&
           oc_bytes_equal(found.nonce, policy->nonce);
}

static bool check_nonce(struct judge *judge, const struct oc_response *resp)
{
    const struct oc_policy *policy = judge->policy;
    struct oc_extension found;
    if (policy->nonce_rule == OC_NONCE_IGNORED || policy->nonce.data == NULL ||
        has_nonce(policy, resp))
        return true;
    if (oc_extension_find(&resp->extensions, OC_EXT_NONCE, &found))
        return oci_refuse(judge, OC_ERR_NONCE_MISMATCH, found.oid.data,
                          "the nonce is not the one sent (RFC 6960 4.4.1, RFC 9654 2.1)");
    return policy->nonce_rule != OC_NONCE_REQUIRED ||
           oci_refuse(judge, OC_ERR_NONCE_MISSING, resp->tbs.data,
                      "there is no nonce (RFC 6960 4.4.1, RFC 9654 2.1)");
}

// A certificate that was never issued: revoked since 1970, on hold, in a response that
// says it means that (RFC 6960 2.2, 4.4.8).
static bool is_not_issued(const struct oc_response *resp, const struct oc_single_response *single)
{
    struct oc_extension found;
    return single->status == OC_CERT_STATUS_REVOKED && single->revocation_time == 0 &&
           single->has_reason && single->reason == OC_REASON_CERTIFICATE_HOLD &&
           oc_extension_find(&resp->extensions, OC_EXT_EXTENDED_REVOKE, &found);
}

static void fill_verdict(const struct judge *judge, const struct oc_response *resp,
                         const struct oc_single_response *single, struct oc_verdict *out)
{
    struct oc_extension found;
    out->status = single->status;
    out->revocation_time = single->revocation_time;
    out->has_reason = single->has_reason;
    out->reason = single->reason;
    out->is_not_issued = is_not_issued(resp, single);
    out->this_update = single->this_update;
    out->has_next_update = single->has_next_update;
    out->next_update = single->next_update;
    out->produced_at = resp->produced_at;
    out->has_archive_cutoff = oc_extension_find(&single->extensions, OC_EXT_ARCHIVE_CUTOFF, &found);
    out->archive_cutoff = out->has_archive_cutoff ? found.archive_cutoff : 0;
    out->has_nonce = has_nonce(judge->policy, resp);
    out->signer = judge->signer.kind;
    out->signer_cert = judge->signer.cert;
    out->signer_needs_check = judge->signer.needs_check;
    out->ask_again = oci_ask_again(judge->policy, single, judge->signer.end);
}

enum oc_err oc_verify(const struct oc_policy *policy, const struct oc_issuer *issuer,
                      struct oc_bytes serial, const struct oc_response *resp,
                      struct oc_verdict *out, struct oc_error *err)
{
    struct judge judge = {
        .policy = policy,
        .issuer = issuer,
        .message = resp->der,
        .tbs = resp->tbs,
        .signature = &resp->signature,
        .signer_id = resp->responder,
    };
    struct chosen chosen;
    memset(out, 0, sizeof *out);
    bool ok = oci_check_policy(&judge) && check_nonce_rule(&judge) && check_kind(&judge, resp) &&
              choose_single(&judge, resp, serial, &chosen) && oci_check_signer(&judge) &&
              check_critical(&judge, &resp->extensions) &&
              check_critical(&judge, &chosen.single.extensions) &&
              oci_check_times(&judge, resp, &chosen.single, chosen.at) && check_nonce(&judge, resp);
    if (ok)
        fill_verdict(&judge, resp, &chosen.single, out);
    if (err != NULL)
        *err = judge.error;
    return judge.error.code;
}

void oc_policy_init(struct oc_policy *policy, int64_t now)
{
    *policy = (struct oc_policy){.now = now, .skew = 300, .max_age = 86400};
}

const char *oc_signer_kind_name(enum oc_signer_kind kind)
{
    return oci_nth_name("none\0issuer\0delegate\0trusted\0", kind);
}
