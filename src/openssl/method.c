// SPDX-License-Identifier: MIT
//
// How an AlgorithmIdentifier (RFC 5280 4.1.1.2) signs. libcrypto knows which digest and
// which kind of key belong to an algorithm; RSASSA-PSS says the digest in its parameters;
// and what has the object identifier of its own keys takes the message without a digest.
// So no algorithm is listed here, and what a newer libcrypto adds is there.
#include "openssl/method.h"
#include "openssl/digest.h"
#include "openssl/pss.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <string.h>

// NULL for what does not fit into the short form: no algorithm is as long.
static ASN1_OBJECT *oid_decode(struct oc_bytes oid)
{
    unsigned char der[2 + 127] = {V_ASN1_OBJECT, (unsigned char)oid.len};
    const unsigned char *at = der;
    if (oid.len == 0 || oid.len > sizeof der - 2)
        return NULL;
    memcpy(der + 2, oid.data, oid.len);
    return d2i_ASN1_OBJECT(NULL, &at, (long)oid.len + 2);
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
static enum oc_err choose_whole(const struct oc_key *key, struct oc_bytes parameters,
                                const ASN1_OBJECT *oid)
{
    char text[512];
    int len = OBJ_obj2txt(text, sizeof text, oid, 1);
    if (parameters.data != NULL || len <= 0 || (size_t)len >= sizeof text)
        return OC_ERR_UNSUPPORTED;
    return EVP_PKEY_is_a(key->pkey, text) ? OC_OK : OC_ERR_UNSUPPORTED;
}

enum oc_err oci_method_choose(struct method *method, const struct table *table,
                              const struct oc_key *key, const struct oc_algorithm *algorithm)
{
    int digest_nid;
    int key_nid;
    enum oc_err code;
    ASN1_OBJECT *oid = oid_decode(algorithm->oid);
    int nid = OBJ_obj2nid(oid);
    *method = (struct method){0};
    if (oid == NULL)
        return OC_ERR_UNSUPPORTED;
    if (nid == NID_rsassaPss)
        code = choose_pss(method, table, key, algorithm->parameters);
    else if (nid != NID_undef && OBJ_find_sigid_algs(nid, &digest_nid, &key_nid) == 1 &&
             digest_nid != NID_undef)
        code = choose_digest(method, table, key, algorithm->parameters, digest_nid, key_nid);
    else
        code = choose_whole(key, algorithm->parameters, oid);
    ASN1_OBJECT_free(oid);
    return code;
}

void oci_method_cleanup(struct method *method)
{
    EVP_MD_free(method->digest);
    EVP_MD_free(method->mgf1_digest);
}

// Without a digest libcrypto takes the default of the key, if it has one: that is not what
// the message said.
bool oci_method_prepare(const struct method *method, const struct oc_key *key, method_init *init,
                        EVP_MD_CTX *context)
{
    EVP_PKEY_CTX *options;
    if (init(context, &options, method->digest, NULL, key->pkey) != 1)
        return false;
    if (method->digest == NULL)
        return EVP_MD_CTX_get0_md(context) == NULL;
    return method->mgf1_digest == NULL ||
           (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_mgf1_md(options, method->mgf1_digest) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, method->salt_len) == 1);
}

struct oc_strength oci_method_strength(const struct method *method, const struct oc_key *key)
{
    if (method->digest == NULL)
        return (struct oc_strength){OC_BITS_NONE, key->rsa_bits};
    int len = EVP_MD_get_size(method->digest);  // a digest of any length may have none
    return (struct oc_strength){len > 0 ? 8 * (unsigned)len : 0, key->rsa_bits};
}
