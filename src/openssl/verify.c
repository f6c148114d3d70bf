// SPDX-License-Identifier: MIT
//
// Signatures over a message, verified.
#include "openssl/verify.h"
#include "openssl/method.h"

#include <openssl/err.h>

static enum oc_err run(const struct method *method, const struct oc_key *key,
                       struct oc_bytes message, struct oc_bytes signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    enum oc_err code = OC_ERR_SIGNATURE;
    if (context == NULL)
        return OC_ERR_CRYPTO;
    // A signature that is not DER gives a negative result, not zero.
    if (!oci_method_prepare(method, key, EVP_DigestVerifyInit, context))
        code = OC_ERR_UNSUPPORTED;
    else if (signature.len > 0 && EVP_DigestVerify(context, signature.data, signature.len,
                                                   message.data, message.len) == 1)
        code = OC_OK;
    EVP_MD_CTX_free(context);
    return code;
}

enum oc_err oci_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                       const struct oc_algorithm *algorithm, struct oc_bytes message,
                       struct oc_bytes signature, struct oc_strength *strength)
{
    struct method method;
    *strength = (struct oc_strength){0};
    ERR_set_mark();
    enum oc_err code = oci_method_choose(&method, (const struct table *)crypto, key, algorithm);
    if (code == OC_OK)
        code = run(&method, key, message, signature);
    if (code == OC_OK)
        *strength = oci_method_strength(&method, key);
    oci_method_cleanup(&method);
    ERR_pop_to_mark();
    return code;
}
