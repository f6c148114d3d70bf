// SPDX-License-Identifier: MIT
//
// Signatures: right, and strong enough for the policy.
#include "verify/signature.h"
#include "base/strength.h"

#define SHA1_BITS 160

bool oci_check_strength(struct judge *judge, struct oc_strength strength, const uint8_t *at)
{
    const struct oc_policy *policy = judge->policy;
    bool is_sha1 = strength.hash_bits == SHA1_BITS && policy->insecure_allow_sha1;
    if (strength.hash_bits < OCI_MIN_HASH_BITS && !is_sha1)
        return oci_refuse(judge, OC_ERR_WEAK_HASH, at,
                          "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)");
    if (strength.rsa_bits < OCI_MIN_RSA_BITS && !policy->insecure_allow_small_rsa)
        return oci_refuse(judge, OC_ERR_WEAK_KEY, at,
                          "a signature is made with an RSA key below 2048 bits (RFC 6960 5.1.1)");
    return true;
}

bool oci_refuse_signature(struct judge *judge, enum oc_err code, const uint8_t *at)
{
    if (code == OC_ERR_UNSUPPORTED)
        return oci_refuse(judge, code, at,
                          "a signature algorithm is unknown or not the key's (RFC 6960 4.3)");
    return oci_refuse(judge, OC_ERR_CRYPTO, at, "a signature could not be checked");
}

bool oci_check_message_signature(struct judge *judge, const struct oc_key *key)
{
    const struct oc_crypto *crypto = judge->issuer->crypto;
    const struct oc_signature *signature = judge->signature;
    const uint8_t *at = signature->value.data;
    struct oc_strength strength = {0};
    enum oc_err code =
        crypto->verify(crypto, key, &signature->algorithm, judge->tbs, signature->value, &strength);
    if (code == OC_OK)
        return oci_check_strength(judge, strength, at);
    if (code == OC_ERR_SIGNATURE)
        return oci_refuse(judge, code, at,
                          judge->is_request
                              ? "the signature of the request is wrong (RFC 6960 4.1.2)"
                              : "the signature of the response is wrong (RFC 6960 3.2, 4.2.1)");
    return oci_refuse_signature(judge, code, at);
}
