// SPDX-License-Identifier: MIT
//
// Signing a message, and checking that a key can. It does not matter where the private key
// is: libcrypto asks the key's own provider.
#include "openssl/sign.h"
#include "openssl/key.h"
#include "openssl/method.h"

#include <openssl/err.h>

// A salt that does not fit into the modulus (RFC 8017 9.1.1) is found here; libcrypto would
// find it when it signs.
static bool salt_fits(const struct method *method, const struct oc_key *key)
{
    int room = (int)((key->rsa_bits + 6) / 8) - EVP_MD_get_size(method->digest) - 2;
    return method->salt_len <= room;
}

static enum oc_err prepare(const struct method *method, const struct oc_key *key,
                           EVP_MD_CTX *context, size_t *max_len)
{
    int max = EVP_PKEY_get_size(key->pkey);
    if (max <= 0 || (method->mgf1_digest != NULL && !salt_fits(method, key)))
        return OC_ERR_UNSUPPORTED;
    *max_len = (size_t)max;
    return oci_method_prepare(method, key, EVP_DigestSignInit, context) ? OC_OK
                                                                        : OC_ERR_UNSUPPORTED;
}

// EVP_PKEY_eq() returns numbers below zero for keys of different types or owners.
static enum oc_err compare(const struct oc_crypto *crypto, const struct oc_key *key,
                           struct oc_bytes spki)
{
    struct oc_key *wanted;
    enum oc_err code = oci_key_decode(crypto, spki, &wanted);
    if (code != OC_OK)
        return code;
    int result = EVP_PKEY_eq(wanted->pkey, key->pkey);
    oci_key_free(crypto, wanted);
    if (result == -2)
        return OC_ERR_UNSUPPORTED;
    return result == 1 ? OC_OK : OC_ERR_KEY_MISMATCH;
}

static enum oc_err check(const struct oc_crypto *crypto, const struct oc_key *key,
                         const struct oc_algorithm *algorithm, struct oc_strength *strength,
                         size_t *max_len)
{
    struct method method;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return OC_ERR_CRYPTO;
    enum oc_err code = oci_method_choose(&method, (const struct table *)crypto, key, algorithm);
    if (code == OC_OK)
        code = prepare(&method, key, context, max_len);
    if (code == OC_OK)
        *strength = oci_method_strength(&method, key);
    oci_method_cleanup(&method);
    EVP_MD_CTX_free(context);
    return code;
}

enum oc_err oci_sign_check(const struct oc_crypto *crypto, const struct oc_private_key *key,
                           struct oc_bytes spki, const struct oc_algorithm *algorithm,
                           struct oc_strength *strength, size_t *max_len)
{
    *strength = (struct oc_strength){0};
    *max_len = 0;
    ERR_set_mark();
    enum oc_err code = compare(crypto, &key->key, spki);
    if (code == OC_OK)
        code = check(crypto, &key->key, algorithm, strength, max_len);
    if (code != OC_OK)
        *max_len = 0;
    ERR_pop_to_mark();
    return code;
}

static enum oc_err run(const struct method *method, const struct oc_key *key,
                       struct oc_bytes message, uint8_t *out, size_t *len)
{
    size_t room = *len;
    size_t max_len;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return OC_ERR_CRYPTO;
    enum oc_err code = prepare(method, key, context, &max_len);
    if (code == OC_OK && (out == NULL || room < max_len))
        code = OC_ERR_SPACE;
    else if (code == OC_OK && EVP_DigestSign(context, out, len, message.data, message.len) != 1)
        code = OC_ERR_CRYPTO;
    EVP_MD_CTX_free(context);
    return code;
}

enum oc_err oci_sign(const struct oc_crypto *crypto, const struct oc_private_key *key,
                     const struct oc_algorithm *algorithm, struct oc_bytes message, uint8_t *out,
                     size_t *len)
{
    struct method method;
    ERR_set_mark();
    enum oc_err code =
        oci_method_choose(&method, (const struct table *)crypto, &key->key, algorithm);
    if (code == OC_OK)
        code = run(&method, &key->key, message, out, len);
    if (code != OC_OK)
        *len = 0;
    oci_method_cleanup(&method);
    ERR_pop_to_mark();
    return code;
}
