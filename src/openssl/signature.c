// SPDX-License-Identifier: MIT
//
// Signatures over a message (RFC 5280 4.1.1.2). libcrypto knows which digest and which
// kind of key belong to an algorithm; RSASSA-PSS says the digest in its parameters; and
// what has the object identifier of its own keys takes the message without a digest. So
// no algorithm is listed here, and what a newer libcrypto adds is there.
#include "openssl/pss.h"
#include "openssl/table.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <string.h>

// struct method is what an AlgorithmIdentifier comes to.
struct method {
    EVP_MD *digest;       // NULL when the algorithm takes the message itself
    EVP_MD *mgf1_digest;  // RSASSA-PSS only
    int salt_len;
};

// An object identifier that does not fit into the short form has no number.
static int oid_nid(struct oc_bytes oid)
{
    unsigned char der[2 + 127] = {V_ASN1_OBJECT, (unsigned char)oid.len};
    const unsigned char *at = der;
    if (oid.len == 0 || oid.len > sizeof der - 2)
        return NID_undef;
    memcpy(der + 2, oid.data, oid.len);
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &at, (long)oid.len + 2);
    int nid = OBJ_obj2nid(object);
    ASN1_OBJECT_free(object);
    return nid;
}

static bool is_null(struct oc_bytes parameters)
{
    return parameters.len == 2 && parameters.data[0] == V_ASN1_NULL && parameters.data[1] == 0;
}

// RSA has parameters NULL (RFC 4055 5), which some leave out; ECDSA and DSA have none
// (RFC 5758 3).
static enum oc_err choose_digest(struct method *method, const struct table *table,
                                 const struct oc_key *key, struct oc_bytes parameters,
                                 int digest_nid, int key_nid)
{
    bool is_rsa = key->rsa_bits != OC_BITS_NONE;
    if (parameters.data != NULL && !(is_rsa && is_null(parameters)))
        return OC_ERR_UNSUPPORTED;
    if (!EVP_PKEY_is_a(key->pkey, OBJ_nid2sn(key_nid)))
        return OC_ERR_UNSUPPORTED;
    method->digest = oci_digest_get(table, digest_nid);
    return method->digest != NULL ? OC_OK : OC_ERR_UNSUPPORTED;
}

// The key may be for RSASSA-PSS only, or for RSA of any kind (RFC 4055 1.2).
static enum oc_err choose_pss(struct method *method, const struct table *table,
                              const struct oc_key *key, struct oc_bytes parameters)
{
    struct pss pss;
    if (key->rsa_bits == OC_BITS_NONE || !oci_pss_decode(&pss, parameters))
        return OC_ERR_UNSUPPORTED;
    method->salt_len = pss.salt_len;
    method->digest = oci_digest_get(table, pss.hash_nid);
    method->mgf1_digest = oci_digest_get(table, pss.mgf1_nid);
    if (method->digest == NULL || method->mgf1_digest == NULL)
        return OC_ERR_UNSUPPORTED;
    return OC_OK;
}

// RFC 8410 3, RFC 9881 2: the algorithm is named as its keys are, and has no parameters.
static enum oc_err choose_whole(const struct oc_key *key, const struct oc_algorithm *algorithm)
{
    ASN1_OBJECT *oid;
    if (key->spki == NULL)
        return OC_ERR_UNSUPPORTED;
    X509_PUBKEY_get0_param(&oid, NULL, NULL, NULL, key->spki);
    struct oc_bytes key_oid = {OBJ_get0_data(oid), OBJ_length(oid)};
    if (algorithm->parameters.data != NULL || !oc_bytes_equal(algorithm->oid, key_oid))
        return OC_ERR_UNSUPPORTED;
    return OC_OK;
}

static enum oc_err choose(struct method *method, const struct table *table,
                          const struct oc_key *key, const struct oc_algorithm *algorithm)
{
    int digest_nid;
    int key_nid;
    int nid = oid_nid(algorithm->oid);
    if (nid == NID_rsassaPss)
        return choose_pss(method, table, key, algorithm->parameters);
    if (nid != NID_undef && OBJ_find_sigid_algs(nid, &digest_nid, &key_nid) == 1 &&
        digest_nid != NID_undef)
        return choose_digest(method, table, key, algorithm->parameters, digest_nid, key_nid);
    return choose_whole(key, algorithm);
}

// Without a digest libcrypto takes the default of the key, if it has one: that is not what
// the message said.
static bool prepare(EVP_MD_CTX *context, const struct method *method, const struct oc_key *key)
{
    EVP_PKEY_CTX *options;
    if (EVP_DigestVerifyInit(context, &options, method->digest, NULL, key->pkey) != 1)
        return false;
    if (method->digest == NULL)
        return EVP_MD_CTX_get0_md(context) == NULL;
    return method->mgf1_digest == NULL ||
           (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_mgf1_md(options, method->mgf1_digest) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, method->salt_len) == 1);
}

static enum oc_err run(const struct method *method, const struct oc_key *key,
                       struct oc_bytes message, struct oc_bytes signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    enum oc_err code = OC_ERR_SIGNATURE;
    if (context == NULL)
        return OC_ERR_CRYPTO;
    // A signature that is no DER is a negative result, not zero.
    if (!prepare(context, method, key))
        code = OC_ERR_UNSUPPORTED;
    else if (signature.len > 0 && EVP_DigestVerify(context, signature.data, signature.len,
                                                   message.data, message.len) == 1)
        code = OC_OK;
    EVP_MD_CTX_free(context);
    return code;
}

static struct oc_strength strength_of(const struct method *method, const struct oc_key *key)
{
    if (method->digest == NULL)
        return (struct oc_strength){OC_BITS_NONE, key->rsa_bits};
    int len = EVP_MD_get_size(method->digest);  // a digest of any length may have none
    return (struct oc_strength){len > 0 ? 8 * (unsigned)len : 0, key->rsa_bits};
}

enum oc_err oci_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                       const struct oc_algorithm *algorithm, struct oc_bytes message,
                       struct oc_bytes signature, struct oc_strength *strength)
{
    struct method method = {0};
    *strength = (struct oc_strength){0};
    ERR_set_mark();
    enum oc_err code = choose(&method, (const struct table *)crypto, key, algorithm);
    if (code == OC_OK)
        code = run(&method, key, message, signature);
    if (code == OC_OK)
        *strength = strength_of(&method, key);
    EVP_MD_free(method.digest);
    EVP_MD_free(method.mgf1_digest);
    ERR_pop_to_mark();
    return code;
}
