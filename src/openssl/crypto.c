// SPDX-License-Identifier: MIT
//
// The table of <ocsp/crypto.h> from libcrypto 3, by its EVP interface only. The
// digests are fetched once: fetching takes longer than hashing a name.
#include <ocsp/openssl.h>

#include "openssl/curve.h"
#include "openssl/key.h"
#include "openssl/sign.h"
#include "openssl/verify.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <limits.h>
#include <stdlib.h>

static enum oc_err hash_bytes(const struct oc_crypto *crypto, enum oc_hash hash,
                              struct oc_bytes data, uint8_t *out)
{
    const struct table *table = (const struct table *)crypto;
    if ((size_t)hash >= N_HASHES || table->digests[hash] == NULL)
        return OC_ERR_UNSUPPORTED;
    if (EVP_Digest(data.data, data.len, out, NULL, table->digests[hash], NULL) != 1)
        return OC_ERR_CRYPTO;
    return OC_OK;
}

static enum oc_err random_bytes(const struct oc_crypto *crypto, uint8_t *out, size_t len)
{
    (void)crypto;
    if (len > INT_MAX)
        return OC_ERR_CRYPTO;
    ERR_set_mark();
    int done = RAND_bytes(out, (int)len);
    ERR_pop_to_mark();
    return done == 1 ? OC_OK : OC_ERR_CRYPTO;
}

struct oc_crypto *oc_openssl_new(void)
{
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->crypto = (struct oc_crypto){
        .hash = hash_bytes,
        .random = random_bytes,
        .key_decode = oci_key_decode,
        .key_free = oci_key_free,
        .verify = oci_verify,
        .sign_check = oci_sign_check,
        .sign = oci_sign,
    };
    ERR_set_mark();
    for (enum oc_hash hash = OC_HASH_SHA1; hash < N_HASHES; hash++)
        table->digests[hash] = EVP_MD_fetch(NULL, oc_hash_name(hash), NULL);
    for (size_t i = 0; i < N_CURVES; i++)
        table->curves[i] = oci_ec_template(i);
    ERR_pop_to_mark();
    return &table->crypto;
}

void oc_openssl_free(struct oc_crypto *crypto)
{
    struct table *table = (struct table *)crypto;
    if (table == NULL)
        return;
    for (enum oc_hash hash = OC_HASH_SHA1; hash < N_HASHES; hash++)
        EVP_MD_free(table->digests[hash]);
    for (size_t i = 0; i < N_CURVES; i++)
        EVP_PKEY_free(table->curves[i]);
    free(table);
}
