// SPDX-License-Identifier: MIT
//
// Public keys from a SubjectPublicKeyInfo (RFC 5280 4.1.2.7), for libcrypto.
#include "openssl/key.h"
#include "openssl/curve.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <limits.h>
#include <stdlib.h>

// Curves must be named (RFC 5480 2.1.1): one that a key brings along may be anything.
static bool curve_is_named(const X509_PUBKEY *spki)
{
    ASN1_OBJECT *oid;
    X509_ALGOR *algorithm;
    int type;
    X509_PUBKEY_get0_param(&oid, NULL, NULL, &algorithm, spki);
    X509_ALGOR_get0(NULL, &type, NULL, algorithm);
    return OBJ_obj2nid(oid) != NID_X9_62_id_ecPublicKey || type == V_ASN1_OBJECT;
}

unsigned oci_rsa_bits(const EVP_PKEY *pkey)
{
    if (!EVP_PKEY_is_a(pkey, "RSA") && !EVP_PKEY_is_a(pkey, "RSA-PSS"))
        return OC_BITS_NONE;
    int bits = EVP_PKEY_get_bits(pkey);
    return bits > 0 ? (unsigned)bits : 0;
}

static enum oc_err decode(const struct table *table, struct oc_key *key, struct oc_bytes spki)
{
    if (spki.data == NULL || spki.len > LONG_MAX)
        return OC_ERR_UNSUPPORTED;
    key->rsa_bits = OC_BITS_NONE;
    key->pkey = oci_ec_decode(table, spki);
    if (key->pkey != NULL)
        return OC_OK;
    const unsigned char *at = spki.data;
    X509_PUBKEY *decoded = d2i_X509_PUBKEY(NULL, &at, (long)spki.len);
    if (decoded != NULL && at == spki.data + spki.len && curve_is_named(decoded))
        key->pkey = X509_PUBKEY_get(decoded);
    X509_PUBKEY_free(decoded);
    if (key->pkey == NULL)
        return OC_ERR_UNSUPPORTED;
    key->rsa_bits = oci_rsa_bits(key->pkey);
    return OC_OK;
}

enum oc_err oci_key_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                           struct oc_key **key)
{
    *key = NULL;
    struct oc_key *made = calloc(1, sizeof *made);
    if (made == NULL)
        return OC_ERR_CRYPTO;
    ERR_set_mark();
    enum oc_err code = decode((const struct table *)crypto, made, spki);
    ERR_pop_to_mark();
    if (code != OC_OK)
        oci_key_free(crypto, made);
    else
        *key = made;
    return code;
}

void oci_key_free(const struct oc_crypto *crypto, struct oc_key *key)
{
    (void)crypto;
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}
