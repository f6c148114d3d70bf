// SPDX-License-Identifier: MIT
//
// Keys and signatures, made with libcrypto.
#include "keys.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "libcrypto: %s failed\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

struct kind {
    enum family family;
    const char *type;
    const char *group;
    unsigned bits;
    bool only_sha256;
};

static const struct kind kinds[N_KEYS] = {
    [RSA_2048] = {FAMILY_RSA, "RSA", .bits = 2048},
    [RSA_2048_OTHER] = {FAMILY_RSA, "RSA", .bits = 2048},
    [RSA_1024] = {FAMILY_RSA, "RSA", .bits = 1024},
    [PSS_2048] = {FAMILY_PSS, "RSA-PSS", .bits = 2048},
    [PSS_2048_SHA256] = {FAMILY_PSS, "RSA-PSS", .bits = 2048, .only_sha256 = true},
    [P256] = {FAMILY_EC, "EC", .group = "P-256"},
    [P256_OTHER] = {FAMILY_EC, "EC", .group = "P-256"},
    [P384] = {FAMILY_EC, "EC", .group = "P-384"},
    [P521] = {FAMILY_EC, "EC", .group = "P-521"},
    [BRAINPOOL] = {FAMILY_EC, "EC", .group = "brainpoolP256r1"},
    [BRAINPOOL_384] = {FAMILY_EC, "EC", .group = "brainpoolP384r1"},
    [ED25519] = {FAMILY_ED25519, "ED25519"},
    [ED25519_OTHER] = {FAMILY_ED25519, "ED25519"},
    [ED448] = {FAMILY_ED448, "ED448"},
    [DSA_1024] = {FAMILY_DSA, "DSA", .bits = 1024},
};

// DSA keys are made from parameters that have to be made first.
static EVP_PKEY *dsa_parameters(unsigned bits)
{
    EVP_PKEY *parameters = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    const OSSL_PARAM options[] = {
        OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_FFC_PBITS, &bits),
        OSSL_PARAM_construct_end(),
    };
    must(EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_params(ctx, options) == 1 &&
             EVP_PKEY_paramgen(ctx, &parameters) == 1,
         "DSA parameters");
    EVP_PKEY_CTX_free(ctx);
    return parameters;
}

static EVP_PKEY_CTX *context_new(const struct kind *kind)
{
    if (kind->family != FAMILY_DSA)
        return EVP_PKEY_CTX_new_from_name(NULL, kind->type, NULL);
    EVP_PKEY *parameters = dsa_parameters(kind->bits);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
    EVP_PKEY_free(parameters);
    return ctx;
}

static bool options_set(EVP_PKEY_CTX *ctx, const struct kind *kind)
{
    bool is_rsa = kind->family == FAMILY_RSA || kind->family == FAMILY_PSS;
    if (is_rsa && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)kind->bits) != 1)
        return false;
    if (kind->group != NULL && EVP_PKEY_CTX_set_group_name(ctx, kind->group) != 1)
        return false;
    return !kind->only_sha256 || (EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, EVP_sha256()) == 1 &&
                                  EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, EVP_sha256()) == 1 &&
                                  EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(ctx, 32) == 1);
}

static EVP_PKEY *pair_make(const struct kind *kind)
{
    EVP_PKEY *pair = NULL;
    EVP_PKEY_CTX *ctx = context_new(kind);
    must(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 && options_set(ctx, kind) &&
             EVP_PKEY_generate(ctx, &pair) == 1,
         kind->type);
    EVP_PKEY_CTX_free(ctx);
    return pair;
}

void keys_init(struct test_key keys[N_KEYS], const struct oc_crypto *crypto)
{
    for (int i = 0; i < N_KEYS; i++) {
        keys[i].family = kinds[i].family;
        keys[i].pair = pair_make(&kinds[i]);
        keys[i].spki = spki_encode(keys[i].pair);
        must(crypto->key_decode(crypto, keys[i].spki, &keys[i].key) == OC_OK, "key_decode");
        keys[i].private_key = oc_openssl_key_new(keys[i].pair);
        must(keys[i].private_key != NULL, "oc_openssl_key_new");
    }
}

void keys_free(struct test_key keys[N_KEYS], const struct oc_crypto *crypto)
{
    for (int i = 0; i < N_KEYS; i++) {
        EVP_PKEY_free(keys[i].pair);
        OPENSSL_free((void *)(uintptr_t)keys[i].spki.data);
        crypto->key_free(crypto, keys[i].key);
        oc_openssl_key_free(keys[i].private_key);
    }
}

struct oc_bytes spki_encode(const EVP_PKEY *pair)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(pair, &der);
    must(len > 0, "i2d_PUBKEY");
    return (struct oc_bytes){der, (size_t)len};
}

static bool pss_set(EVP_PKEY_CTX *options, struct scheme scheme)
{
    return scheme.mgf1 == NULL ||
           (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_mgf1_md_name(options, scheme.mgf1, NULL) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, scheme.salt_len) == 1);
}

struct oc_bytes message_sign(EVP_PKEY *pair, struct scheme scheme, struct oc_bytes message)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    size_t len = 0;
    must(EVP_DigestSignInit_ex(ctx, &options, scheme.digest, NULL, NULL, pair, NULL) == 1,
         "EVP_DigestSignInit_ex");
    must(pss_set(options, scheme), "RSASSA-PSS");
    must(EVP_DigestSign(ctx, NULL, &len, message.data, message.len) == 1, "EVP_DigestSign");
    unsigned char *out = OPENSSL_malloc(len);
    must(EVP_DigestSign(ctx, out, &len, message.data, message.len) == 1, "EVP_DigestSign");
    EVP_MD_CTX_free(ctx);
    return (struct oc_bytes){out, len};
}

bool message_verify(EVP_PKEY *pair, struct scheme scheme, struct oc_bytes message,
                    struct oc_bytes signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    must(EVP_DigestVerifyInit_ex(ctx, &options, scheme.digest, NULL, NULL, pair, NULL) == 1,
         "EVP_DigestVerifyInit_ex");
    must(pss_set(options, scheme), "RSASSA-PSS");
    int result = EVP_DigestVerify(ctx, signature.data, signature.len, message.data, message.len);
    EVP_MD_CTX_free(ctx);
    return result == 1;
}

struct oc_bytes oid_encode(const char *text)
{
    ASN1_OBJECT *object = OBJ_txt2obj(text, 1);
    must(object != NULL, text);
    struct oc_bytes oid = {NULL, OBJ_length(object)};
    oid.data = OPENSSL_memdup(OBJ_get0_data(object), oid.len);
    ASN1_OBJECT_free(object);
    return oid;
}

void verify_expect(const struct oc_crypto *crypto, const struct oc_key *key,
                   const struct oc_algorithm *algorithm, struct oc_bytes message,
                   struct oc_bytes signature, enum oc_err code, struct oc_strength strength)
{
    struct oc_strength got = {4711, 4711};
    enum oc_err result = crypto->verify(crypto, key, algorithm, message, signature, &got);
    assert_string_equal(oc_err_name(result), oc_err_name(code));
    assert_int_equal(got.hash_bits, code == OC_OK ? strength.hash_bits : 0);
    assert_int_equal(got.rsa_bits, code == OC_OK ? strength.rsa_bits : 0);
}
