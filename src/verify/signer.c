// SPDX-License-Identifier: MIT
//
// Who signed a response, and by what right (RFC 6960 3.2, 4.2.2.2, 4.2.2.3): the issuer
// itself, a responder that the policy trusts, or one whose certificate the issuer has
// signed directly. There is no chain to build.
#include "verify/judge.h"

#define SHA1_BITS 160
#define SHA1_LEN 20
#define MIN_HASH_BITS 224
#define MIN_RSA_BITS 2048

// What is checked with one key: a signature, and what to say of it.
struct signed_octets {
    struct oc_bytes octets;
    const struct oc_signature *signature;
    enum oc_err wrong;  // the error that a wrong signature is
    const char *what;
};

static bool check_strength(struct judge *judge, struct oc_strength strength, const uint8_t *at)
{
    const struct oc_policy *policy = judge->policy;
    bool is_sha1 = strength.hash_bits == SHA1_BITS && policy->insecure_allow_sha1;
    if (strength.hash_bits < MIN_HASH_BITS && !is_sha1)
        return oci_refuse(judge, OC_ERR_WEAK_HASH, at,
                          "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)");
    if (strength.rsa_bits < MIN_RSA_BITS && !policy->insecure_allow_small_rsa)
        return oci_refuse(judge, OC_ERR_WEAK_KEY, at,
                          "a signature is made with an RSA key below 2048 bits (RFC 6960 5.1.1)");
    return true;
}

static bool check_signature(struct judge *judge, const struct oc_key *key,
                            const struct signed_octets *sig)
{
    const struct oc_crypto *crypto = judge->issuer->crypto;
    const uint8_t *at = sig->signature->value.data;
    struct oc_strength strength = {0};
    enum oc_err code = crypto->verify(crypto, key, &sig->signature->algorithm, sig->octets,
                                      sig->signature->value, &strength);
    if (code == OC_OK)
        return check_strength(judge, strength, at);
    if (code == OC_ERR_SIGNATURE)
        return oci_refuse(judge, sig->wrong, at, sig->what);
    if (code == OC_ERR_UNSUPPORTED)
        return oci_refuse(judge, code, at,
                          "a signature algorithm is unknown or not the key's (RFC 6960 4.3)");
    return oci_refuse(judge, OC_ERR_CRYPTO, at, "a signature could not be checked");
}

static bool check_response_signature(struct judge *judge, const struct oc_key *key)
{
    const struct signed_octets sig = {
        judge->resp->tbs, &judge->resp->signature, OC_ERR_SIGNATURE,
        "the signature of the response is wrong (RFC 6960 3.2, 4.2.1)"};
    return check_signature(judge, key, &sig);
}

// The same with a key that still has to be decoded.
static bool check_with_cert(struct judge *judge, const struct oc_cert *cert, const uint8_t *at)
{
    const struct oc_crypto *crypto = judge->issuer->crypto;
    struct oc_key *key = NULL;
    enum oc_err code = crypto->key_decode(crypto, cert->spki, &key);
    if (code != OC_OK)
        return oci_refuse(judge, code, at, "the signer's key cannot be used (RFC 6960 4.3)");
    bool ok = check_response_signature(judge, key);
    crypto->key_free(crypto, key);
    return ok;
}

// KeyHash is the SHA-1 hash of the key's BIT STRING (RFC 6960 4.2.1).
static bool is_key_hash(struct oc_bytes hash, const uint8_t sha1[SHA1_LEN])
{
    return oc_bytes_equal(hash, (struct oc_bytes){sha1, SHA1_LEN});
}

// Whether the responderID names the owner of this certificate.
static bool names(struct judge *judge, const struct oc_cert *cert)
{
    const struct oc_responder_id *id = &judge->resp->responder;
    const struct oc_crypto *crypto = judge->issuer->crypto;
    uint8_t sha1[OC_HASH_MAX_LEN];
    if (id->kind == OC_RESPONDER_BY_NAME)
        return oc_bytes_equal(id->name, cert->subject);
    enum oc_err code = crypto->hash(crypto, OC_HASH_SHA1, cert->public_key, sha1);
    if (code != OC_OK)
        return oci_refuse(judge, code, NULL, "a signer's key cannot be hashed (RFC 6960 4.2.1)");
    return is_key_hash(id->key_hash, sha1);
}

static bool names_issuer(struct judge *judge)
{
    const struct oc_responder_id *id = &judge->resp->responder;
    const struct oc_issuer *issuer = judge->issuer;
    if (id->kind == OC_RESPONDER_BY_NAME)
        return oc_bytes_equal(id->name, issuer->cert.subject);
    return issuer->has_hash[OC_HASH_SHA1] &&
           is_key_hash(id->key_hash, issuer->key_hash[OC_HASH_SHA1]);
}

static bool is_same_algorithm(const struct oc_algorithm *a, const struct oc_algorithm *b)
{
    return oc_bytes_equal(a->oid, b->oid) && oc_bytes_equal(a->parameters, b->parameters);
}

// "Issued directly": the name and the key of this very issuer (RFC 6960 4.2.2.2).
static bool check_issued(struct judge *judge, const struct oc_cert *cert)
{
    static const char what[] =
        "the signer's certificate is not issued by the issuer itself (RFC 6960 4.2.2.2)";
    const struct signed_octets sig = {cert->tbs, &cert->signature, OC_ERR_DELEGATE_ISSUER, what};
    if (!oc_bytes_equal(cert->issuer, judge->issuer->cert.subject) ||
        !is_same_algorithm(&cert->tbs_algorithm, &cert->signature.algorithm))
        return oci_refuse(judge, OC_ERR_DELEGATE_ISSUER, cert->der.data, what);
    return check_signature(judge, judge->issuer->key, &sig);
}

// What the certificate must say: that its owner may sign responses, now.
static bool check_delegate(struct judge *judge, const struct oc_cert *cert)
{
    const unsigned signs = OC_KEY_USAGE_DIGITAL_SIGNATURE | OC_KEY_USAGE_NON_REPUDIATION;
    if (!check_issued(judge, cert))
        return false;
    if (!cert->ocsp_signing || (cert->has_key_usage && (cert->key_usage & signs) == 0))
        return oci_refuse(judge, OC_ERR_DELEGATE_PURPOSE, cert->der.data,
                          "the signer's certificate is not for signing responses "
                          "(RFC 6960 4.2.2.2, RFC 5280 4.2.1.12)");
    if (cert->has_unread_critical)
        return oci_refuse(judge, OC_ERR_CRITICAL, cert->der.data,
                          "the signer's certificate has a critical extension that is not "
                          "understood (RFC 5280 4.2)");
    if (!oci_is_valid_now(judge->policy, cert))
        return oci_refuse(judge, OC_ERR_DELEGATE_TIME, cert->der.data,
                          "the signer's certificate is not valid now (RFC 6960 3.2)");
    return check_with_cert(judge, cert, cert->der.data);
}

static bool try_trusted(struct judge *judge, struct oc_verdict *out, int64_t *signer_end)
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
        if (!check_with_cert(judge, cert, NULL))
            continue;
        out->signer = OC_SIGNER_TRUSTED;
        *signer_end = cert->not_after;
        return true;
    }
    return false;
}

static bool try_delegates(struct judge *judge, struct oc_verdict *out, int64_t *signer_end)
{
    const struct oc_list *certs = &judge->resp->signature.certs;
    struct oc_bytes der;
    size_t at = 0;
    for (size_t i = 0; i < OC_MAX_SIGNER_CERTS && oc_cert_next(certs, &at, &der); i++) {
        struct oc_cert cert;
        if (oc_cert_parse(&cert, der, NULL) != OC_OK || !names(judge, &cert) ||
            !check_delegate(judge, &cert))
            continue;
        out->signer = OC_SIGNER_DELEGATE;
        out->signer_cert = der;
        out->signer_needs_check = !cert.ocsp_nocheck;
        *signer_end = cert.not_after;
        return true;
    }
    return false;
}

static bool try_issuer(struct judge *judge, struct oc_verdict *out)
{
    if (!names_issuer(judge) || !check_response_signature(judge, judge->issuer->key))
        return false;
    out->signer = OC_SIGNER_ISSUER;
    return true;
}

// More than one certificate may bear the name. The first that passes is the signer, and
// what was wrong with others is forgotten; if none does, what was wrong with the first is
// the reason.
bool oci_check_signer(struct judge *judge, struct oc_verdict *out, int64_t *signer_end)
{
    *signer_end = INT64_MAX;
    if (!try_issuer(judge, out) && !try_trusted(judge, out, signer_end) &&
        !try_delegates(judge, out, signer_end))
        return oci_refuse(judge, OC_ERR_SIGNER, judge->resp->tbs.data,
                          "responderID names neither the issuer nor a certificate that may "
                          "sign (RFC 6960 4.2.2.2, 4.2.2.3)");
    judge->error = (struct oc_error){0};
    return true;
}
