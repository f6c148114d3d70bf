// SPDX-License-Identifier: MIT
//
// own_crypto: fills a table of cryptographic functions for a library context of its own, and
// hashes with it. The table of oc_openssl_new() uses the default context.
#include <ocsp/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdio.h>

struct context_crypto {
    struct oc_crypto table;  // first, so that a pointer to it is one to the whole
    OSSL_LIB_CTX *context;
};

static OSSL_LIB_CTX *context_of(const struct oc_crypto *crypto)
{
    return ((const struct context_crypto *)(const void *)crypto)->context;
}

static enum oc_err hash_with_context(const struct oc_crypto *crypto, enum oc_hash hash,
                                     struct oc_bytes data, uint8_t *out)
{
    if (hash == OC_HASH_OTHER)
        return OC_ERR_UNSUPPORTED;
    if (EVP_Q_digest(context_of(crypto), oc_hash_name(hash), NULL, data.data, data.len, out,
                     NULL) != 1)
        return OC_ERR_CRYPTO;
    return OC_OK;
}

static enum oc_err random_with_context(const struct oc_crypto *crypto, uint8_t *out, size_t len)
{
    if (RAND_bytes_ex(context_of(crypto), out, len, 0) != 1)
        return OC_ERR_CRYPTO;
    return OC_OK;
}

int main(void)
{
    struct context_crypto own = {
        .table = {.hash = hash_with_context, .random = random_with_context},
        .context = OSSL_LIB_CTX_new(),
    };
    const struct oc_crypto *crypto = &own.table;
    struct oc_bytes empty = {(const uint8_t *)"", 0};
    uint8_t out[OC_HASH_MAX_LEN];
    enum oc_err code =
        own.context == NULL ? OC_ERR_CRYPTO : crypto->hash(crypto, OC_HASH_SHA256, empty, out);

    printf("%s\n", oc_err_name(code));
    OSSL_LIB_CTX_free(own.context);
    return code == OC_OK ? 0 : 1;
}
