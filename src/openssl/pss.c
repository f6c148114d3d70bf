// SPDX-License-Identifier: MIT
//
// The parameters of RSASSA-PSS (RFC 4055 3.1):
//
//     RSASSA-PSS-params ::= SEQUENCE {
//        hashAlgorithm    [0] HashAlgorithm DEFAULT sha1Identifier,
//        maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1Identifier,
//        saltLength       [2] INTEGER DEFAULT 20,
//        trailerField     [3] INTEGER DEFAULT 1 }
#include "openssl/pss.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <limits.h>

// Parameters of a hash algorithm are NULL or absent (RFC 4055 2.1).
static bool hash_read(const X509_ALGOR *algorithm, int *nid)
{
    const ASN1_OBJECT *oid;
    int type;
    if (algorithm == NULL) {
        *nid = NID_sha1;
        return true;
    }
    X509_ALGOR_get0(&oid, &type, NULL, algorithm);
    *nid = OBJ_obj2nid(oid);
    return *nid != NID_undef && (type == V_ASN1_UNDEF || type == V_ASN1_NULL);
}

// The one mask generation function is MGF1, its parameters are a hash algorithm.
static bool mask_read(const X509_ALGOR *algorithm, int *nid)
{
    const ASN1_OBJECT *oid;
    const void *value;
    int type;
    if (algorithm == NULL)
        return hash_read(NULL, nid);
    X509_ALGOR_get0(&oid, &type, &value, algorithm);
    if (OBJ_obj2nid(oid) != NID_mgf1 || type != V_ASN1_SEQUENCE)
        return false;
    const ASN1_STRING *sequence = value;
    const unsigned char *at = ASN1_STRING_get0_data(sequence);
    const unsigned char *end = at + ASN1_STRING_length(sequence);
    X509_ALGOR *hash = d2i_X509_ALGOR(NULL, &at, end - at);
    bool ok = hash != NULL && at == end && hash_read(hash, nid);
    X509_ALGOR_free(hash);
    return ok;
}

static bool number_read(const ASN1_INTEGER *number, int by_default, int *out)
{
    int64_t value = by_default;
    if (number != NULL && ASN1_INTEGER_get_int64(&value, number) != 1)
        return false;
    if (value < 0 || value > INT_MAX)
        return false;
    *out = (int)value;
    return true;
}

static bool params_read(const RSA_PSS_PARAMS *params, struct pss *out)
{
    int trailer = 0;
    return hash_read(params->hashAlgorithm, &out->hash_nid) &&
           mask_read(params->maskGenAlgorithm, &out->mgf1_nid) &&
           number_read(params->saltLength, 20, &out->salt_len) &&
           number_read(params->trailerField, 1, &trailer) && trailer == 1;
}

bool oci_pss_decode(struct pss *out, struct oc_bytes parameters)
{
    *out = (struct pss){NID_sha1, NID_sha1, 20};
    if (parameters.data == NULL)
        return true;
    if (parameters.len > LONG_MAX)
        return false;
    const unsigned char *at = parameters.data;
    RSA_PSS_PARAMS *params = d2i_RSA_PSS_PARAMS(NULL, &at, (long)parameters.len);
    bool ok = params != NULL && at == parameters.data + parameters.len && params_read(params, out);
    RSA_PSS_PARAMS_free(params);
    return ok;
}
