// SPDX-License-Identifier: MIT
//
// Delegates (RFC 6960 4.2.2.2): certificates that the issuer has signed itself, for
// signing responses; and those of requestors (4.1.2), which need no such purpose.
#include "verify/delegate.h"
#include "verify/freshness.h"
#include "verify/signature.h"

// "Issued directly": the name and the key of this very issuer (RFC 6960 4.2.2.2).
static bool check_issued(struct judge *judge, struct delegate *delegate)
{
    const struct oc_cert *cert = delegate->cert;
    const uint8_t *at = cert->signature.value.data;
    const char *what =
        judge->is_request
            ? "the signer's certificate is not issued by the issuer itself (RFC 6960 4.1.2)"
            : "the signer's certificate is not issued by the issuer itself (RFC 6960 4.2.2.2)";
    // An entry about a delegate is bound to the issuer's key, not to its name.
    if (!oc_bytes_equal(cert->issuer, judge->issuer->cert.subject))
        return oci_refuse(judge, OC_ERR_DELEGATE_ISSUER, cert->der.data, what);
    if (delegate->slot != NULL)
        return oci_check_strength(judge, delegate->slot->strength, at);
    enum oc_err code = oc_issuer_verify_cert(judge->issuer, cert, &delegate->strength, NULL);
    if (code == OC_OK)
        return oci_check_strength(judge, delegate->strength, at);
    if (code == OC_ERR_SIGNATURE)
        return oci_refuse(judge, OC_ERR_DELEGATE_ISSUER, at, what);
    return oci_refuse_signature(judge, code, at);
}

static bool check_purpose(struct judge *judge, const struct oc_cert *cert)
{
    const unsigned signs = OC_KEY_USAGE_DIGITAL_SIGNATURE | OC_KEY_USAGE_NON_REPUDIATION;
    bool may_sign = !cert->has_key_usage || (cert->key_usage & signs) != 0;
    if (judge->is_request)
        return may_sign || oci_refuse(judge, OC_ERR_DELEGATE_PURPOSE, cert->der.data,
                                      "the signer's certificate is not for signatures "
                                      "(RFC 5280 4.2.1.3)");
    return (may_sign && cert->ocsp_signing) ||
           oci_refuse(judge, OC_ERR_DELEGATE_PURPOSE, cert->der.data,
                      "the signer's certificate is not for signing responses "
                      "(RFC 6960 4.2.2.2, RFC 5280 4.2.1.12)");
}

bool oci_check_delegate(struct judge *judge, const struct oc_cert *cert, struct delegate *out)
{
    *out = (struct delegate){.cert = cert};
    oci_delegates_find(judge, out);
    if (!check_issued(judge, out) || !check_purpose(judge, cert))
        return false;
    if (cert->has_unread_critical)
        return oci_refuse(judge, OC_ERR_CRITICAL, cert->der.data,
                          "the signer's certificate has a critical extension that is not "
                          "understood (RFC 5280 4.2)");
    return oci_is_valid_now(judge->policy, cert) ||
           oci_refuse(judge, OC_ERR_DELEGATE_TIME, cert->der.data,
                      "the signer's certificate is not valid now (RFC 6960 3.2)");
}

static struct oc_key *decode(struct judge *judge, const struct oc_cert *cert, const uint8_t *at)
{
    const struct oc_crypto *crypto = judge->issuer->crypto;
    struct oc_key *key = NULL;
    enum oc_err code = crypto->key_decode(crypto, cert->spki, &key);
    if (code == OC_OK)
        return key;
    oci_refuse(judge, code, at, "the signer's key cannot be used (RFC 6960 4.3)");
    return NULL;
}

bool oci_check_by_cert(struct judge *judge, const struct oc_cert *cert, const uint8_t *at)
{
    struct oc_key *key = decode(judge, cert, at);
    bool ok = key != NULL && oci_check_message_signature(judge, key);
    judge->issuer->crypto->key_free(judge->issuer->crypto, key);
    return ok;
}

bool oci_check_by_delegate(struct judge *judge, const struct delegate *delegate)
{
    const struct oc_cert *cert = delegate->cert;
    if (delegate->slot != NULL)
        return oci_check_message_signature(judge, delegate->slot->key);
    if (!delegate->is_hashed)
        return oci_check_by_cert(judge, cert, cert->der.data);
    struct oc_key *key = decode(judge, cert, cert->der.data);
    if (key == NULL)
        return false;
    bool ok = oci_check_message_signature(judge, key);
    if (!oci_delegates_keep(judge, delegate, key))
        judge->issuer->crypto->key_free(judge->issuer->crypto, key);
    return ok;
}
