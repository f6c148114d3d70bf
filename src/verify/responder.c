// SPDX-License-Identifier: MIT
//
// Checks that the owner of a certificate may sign responses (RFC 6960 4.2.2.2), before it
// signs any.
#include "verify/delegate.h"
#include "verify/freshness.h"

static bool is_trusted(const struct oc_policy *policy, const struct oc_cert *cert)
{
    for (size_t i = 0; i < policy->n_trusted; i++) {
        if (oc_bytes_equal(policy->trusted[i].der, cert->der))
            return true;
    }
    return false;
}

static bool is_issuer(const struct oc_issuer *issuer, const struct oc_cert *cert)
{
    return oc_bytes_equal(issuer->cert.subject, cert->subject) &&
           oc_bytes_equal(issuer->cert.spki, cert->spki);
}

// The first two need no authorisation, but must be valid as well.
static bool check_responder(struct judge *judge, const struct oc_cert *cert,
                            enum oc_signer_kind *kind)
{
    struct delegate delegate;
    if (is_issuer(judge->issuer, cert)) {
        *kind = OC_SIGNER_ISSUER;
    } else if (is_trusted(judge->policy, cert)) {
        *kind = OC_SIGNER_TRUSTED;
    } else {
        *kind = OC_SIGNER_DELEGATE;
        return oci_check_delegate(judge, cert, &delegate);
    }
    return oci_is_valid_now(judge->policy, cert) ||
           oci_refuse(judge, OC_ERR_DELEGATE_TIME, NULL,
                      "the signer's certificate is not valid now (RFC 6960 3.2)");
}

enum oc_err oc_verify_responder(const struct oc_policy *policy, const struct oc_issuer *issuer,
                                const struct oc_cert *cert, enum oc_signer_kind *kind,
                                struct oc_error *err)
{
    struct judge judge = {.policy = policy, .issuer = issuer, .message = cert->der};
    if (!oci_check_policy(&judge) || !check_responder(&judge, cert, kind))
        *kind = OC_SIGNER_NONE;
    if (err != NULL)
        *err = judge.error;
    return judge.error.code;
}
