// SPDX-License-Identifier: MIT
//
// The signer of a message, and its right to sign (RFC 6960 3.2, 4.1.2, 4.2.2.2, 4.2.2.3): it
// is the issuer itself, trusted by the policy, or the owner of a certificate that the issuer
// has signed directly. No chain is built.
#include "verify/signer.h"
#include "verify/delegate.h"
#include "verify/freshness.h"
#include "verify/signature.h"

#define SHA1_LEN 20

// KeyHash is the SHA-1 hash of the key's BIT STRING (RFC 6960 4.2.1).
static bool is_key_hash(struct oc_bytes hash, const uint8_t sha1[SHA1_LEN])
{
    return oc_bytes_equal(hash, (struct oc_bytes){sha1, SHA1_LEN});
}

// Whether the message names the owner of this certificate.
static bool names(struct judge *judge, const struct oc_cert *cert)
{
    const struct oc_responder_id *id = &judge->signer_id;
    const struct oc_crypto *crypto = judge->issuer->crypto;
    uint8_t sha1[OC_HASH_MAX_LEN];
    if (id->kind == OC_RESPONDER_BY_NAME)
        return oc_bytes_equal(id->name, cert->subject);
    enum oc_err code = crypto->hash(crypto, OC_HASH_SHA1, cert->public_key, sha1);
    if (code != OC_OK)
        return oci_refuse(judge, code, NULL, "a signer's key cannot be hashed (RFC 6960 4.2.1)");
    return is_key_hash(id->key_hash, sha1);
}

static bool names_issuer(const struct judge *judge)
{
    const struct oc_responder_id *id = &judge->signer_id;
    const struct oc_issuer *issuer = judge->issuer;
    if (id->kind == OC_RESPONDER_BY_NAME)
        return oc_bytes_equal(id->name, issuer->cert.subject);
    return issuer->has_hash[OC_HASH_SHA1] &&
           is_key_hash(id->key_hash, issuer->key_hash[OC_HASH_SHA1]);
}

static bool try_issuer(struct judge *judge)
{
    if (!names_issuer(judge) || !oci_check_message_signature(judge, judge->issuer->key))
        return false;
    judge->signer = (struct signer){.kind = OC_SIGNER_ISSUER, .end = INT64_MAX};
    return true;
}

static bool try_trusted(struct judge *judge)
{
    for (size_t i = 0; i < judge->policy->n_trusted; i++) {
        const struct oc_cert *cert = &judge->policy->trusted[i];
        if (!names(judge, cert))
            continue;
        if (!oci_is_valid_now(judge->policy, cert)) {
            oci_refuse(judge, OC_ERR_DELEGATE_TIME, NULL,
                       "the trusted responder's certificate is not valid now (RFC 6960 3.2)");
            continue;
        }
        if (!oci_check_by_cert(judge, cert, NULL))
            continue;
        judge->signer = (struct signer){OC_SIGNER_TRUSTED, cert->der, false, cert->not_after};
        return true;
    }
    return false;
}

static bool try_delegates(struct judge *judge)
{
    const struct oc_list *certs = &judge->signature->certs;
    struct oc_bytes der;
    size_t at = 0;
    for (size_t i = 0; i < OC_MAX_SIGNER_CERTS && oc_cert_next(certs, &at, &der); i++) {
        struct oc_cert cert;
        struct delegate delegate;
        if (oc_cert_parse(&cert, der, NULL) != OC_OK || !names(judge, &cert) ||
            !oci_check_delegate(judge, &cert, &delegate) ||
            !oci_check_by_delegate(judge, &delegate))
            continue;
        judge->signer =
            (struct signer){OC_SIGNER_DELEGATE, der, !cert.ocsp_nocheck, cert.not_after};
        return true;
    }
    return false;
}

static bool refuse_all(struct judge *judge)
{
    if (judge->is_request)
        return oci_refuse(judge, OC_ERR_SIGNER, judge->tbs.data,
                          "requestorName names neither the issuer nor a certificate that may "
                          "sign (RFC 6960 4.1.2)");
    return oci_refuse(judge, OC_ERR_SIGNER, judge->tbs.data,
                      "responderID names neither the issuer nor a certificate that may "
                      "sign (RFC 6960 4.2.2.2, 4.2.2.3)");
}

// More than one certificate may bear the name. The first that passes is the signer, and
// what was wrong with others is forgotten; if none does, what was wrong with the first is
// the reason.
bool oci_check_signer(struct judge *judge)
{
    if (!try_issuer(judge) && !try_trusted(judge) && !try_delegates(judge))
        return refuse_all(judge);
    judge->error = (struct oc_error){0};
    return true;
}
