// SPDX-License-Identifier: MIT
//
// The AlgorithmIdentifier for a key: the one that libcrypto puts into a certificate that
// it signs in the same way.
#include "sign.h"

#include <ocsp/sign.h>

#include <openssl/dsa.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// struct made is a certificate of its own key, signed by libcrypto.
struct made {
    EVP_PKEY *key;
    uint8_t *der;
    struct oc_cert cert;
};

static EVP_PKEY *make_key(const char *type, const char *group)
{
    if (strcmp(type, "EC") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, type, group);
    if (strcmp(type, "RSA") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)2048);
    return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

// RSASSA-PSS with MGF1 of the same hash and a salt of its length.
static void set_pss(EVP_PKEY_CTX *options)
{
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST), 1);
}

static void make_cert(struct made *out, EVP_PKEY *key, const char *digest, bool pss)
{
    X509 *x509 = X509_new();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    assert_non_null(key);
    assert_int_equal(X509_set_pubkey(x509, key), 1);
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    ASN1_TIME_set(X509_getm_notBefore(x509), 0);
    ASN1_TIME_set(X509_getm_notAfter(x509), 0);
    assert_int_equal(EVP_DigestSignInit_ex(context, &options, digest, NULL, NULL, key, NULL), 1);
    if (pss)
        set_pss(options);
    assert_true(X509_sign_ctx(x509, context) > 0);
    *out = (struct made){.key = key};
    int len = i2d_X509(x509, &out->der);
    assert_true(len > 0);
    assert_int_equal(oc_cert_parse(&out->cert, (struct oc_bytes){out->der, (size_t)len}, NULL),
                     OC_OK);
    EVP_MD_CTX_free(context);
    X509_free(x509);
}

static void free_cert(struct made *made)
{
    EVP_PKEY_free(made->key);
    OPENSSL_free(made->der);
}

// The algorithm that libcrypto wrote is the expected one for the key and the choices.
static void expect(const struct made *made, enum oc_hash hash, bool pss)
{
    struct oc_algorithm algorithm;
    struct oc_error err;
    assert_int_equal(oc_sign_algorithm(&made->cert, hash, pss, &algorithm, &err), OC_OK);
    assert_int_equal(err.code, OC_OK);
    assert_true(oc_bytes_equal(algorithm.oid, made->cert.signature.algorithm.oid));
    assert_true(oc_bytes_equal(algorithm.parameters, made->cert.signature.algorithm.parameters));
    assert_int_equal(algorithm.parameters.data == NULL,
                     made->cert.signature.algorithm.parameters.data == NULL);
}

static void refuse(const struct made *made, enum oc_hash hash, bool pss, enum oc_err code,
                   const char *what)
{
    struct oc_algorithm algorithm;
    struct oc_error err;
    memset(&algorithm, 0xff, sizeof algorithm);
    assert_int_equal(oc_sign_algorithm(&made->cert, hash, pss, &algorithm, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_null(algorithm.oid.data);
    assert_null(algorithm.parameters.data);
    assert_int_equal(oc_sign_algorithm(&made->cert, hash, pss, &algorithm, NULL), code);
}

static void refuse_weak(const struct made *made)
{
    refuse(made, OC_HASH_SHA1, false, OC_ERR_WEAK_HASH,
           "SHA-1 is too weak for a signature (RFC 6960 5.1.1)");
    refuse(made, (enum oc_hash)(OC_HASH_SHA512 + 1), false, OC_ERR_ARGUMENT,
           "invalid hash algorithm");
}

static void each_hash(const char *type, const char *group, bool pss, enum oc_hash by_default)
{
    for (enum oc_hash hash = OC_HASH_SHA224; hash <= OC_HASH_SHA512; hash++) {
        struct made made;
        make_cert(&made, make_key(type, group), oc_hash_name(hash), pss);
        expect(&made, hash, pss);
        if (hash == by_default)
            expect(&made, OC_HASH_OTHER, pss);
        refuse_weak(&made);
        free_cert(&made);
    }
}

static void rsa(void **state)
{
    (void)state;
    each_hash("RSA", NULL, false, OC_HASH_SHA256);
    each_hash("RSA", NULL, true, OC_HASH_SHA256);
}

static void ecdsa(void **state)
{
    (void)state;
    each_hash("EC", "P-224", false, OC_HASH_SHA256);
    each_hash("EC", "P-256", false, OC_HASH_SHA256);
    each_hash("EC", "brainpoolP256r1", false, OC_HASH_SHA256);
    each_hash("EC", "P-384", false, OC_HASH_SHA384);
    each_hash("EC", "brainpoolP384r1", false, OC_HASH_SHA384);
    each_hash("EC", "P-521", false, OC_HASH_SHA512);
    each_hash("EC", "brainpoolP512r1", false, OC_HASH_SHA512);
}

// The point of a key may be compressed; then it is shorter.
static void compressed_point(void **state)
{
    static const uint8_t point[67] = {3};
    static const struct {
        size_t len;
        uint8_t last;
    } cases[] = {{33, 2}, {34, 3}, {49, 3}, {50, 4}, {67, 4}};
    struct made made;
    (void)state;
    make_cert(&made, make_key("EC", "P-256"), "SHA256", false);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct oc_algorithm algorithm;
        made.cert.public_key = (struct oc_bytes){point, cases[i].len};
        assert_int_equal(oc_sign_algorithm(&made.cert, OC_HASH_OTHER, false, &algorithm, NULL),
                         OC_OK);
        assert_int_equal(algorithm.oid.data[algorithm.oid.len - 1], cases[i].last);
    }
    free_cert(&made);
}

static void no_choice(const char *type)
{
    struct made made;
    make_cert(&made, make_key(type, NULL), NULL, false);
    expect(&made, OC_HASH_OTHER, false);
    for (enum oc_hash hash = OC_HASH_SHA224; hash <= OC_HASH_SHA512; hash++)
        refuse(&made, hash, false, OC_ERR_ARGUMENT,
               "the key has an algorithm of its own, and no choice of hash (RFC 8410 3)");
    refuse(&made, OC_HASH_OTHER, true, OC_ERR_ARGUMENT,
           "RSASSA-PSS needs an RSA key (RFC 4055 1.2)");
    refuse_weak(&made);
    free_cert(&made);
}

static void eddsa(void **state)
{
    (void)state;
    no_choice("ED25519");
    no_choice("ED448");
}

static void pss_needs_rsa(void **state)
{
    struct made made;
    (void)state;
    make_cert(&made, make_key("EC", "P-256"), "SHA256", false);
    refuse(&made, OC_HASH_SHA256, true, OC_ERR_ARGUMENT,
           "RSASSA-PSS needs an RSA key (RFC 4055 1.2)");
    free_cert(&made);
}

static EVP_PKEY *make_pss_key(const char *digest, int salt_len)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048), 1);
    if (digest != NULL) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(context, digest, NULL), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(context, digest), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context, salt_len), 1);
    }
    assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

// A key that is for RSASSA-PSS only is recognised by its algorithm, and may have parameters.
static void pss_only_key(void **state)
{
    struct made made;
    struct oc_algorithm algorithm;
    (void)state;
    make_cert(&made, make_pss_key(NULL, 0), "SHA384", true);
    expect(&made, OC_HASH_SHA384, false);
    expect(&made, OC_HASH_SHA384, true);
    free_cert(&made);

    make_cert(&made, make_pss_key("SHA512", 20), "SHA512", false);
    assert_int_equal(oc_sign_algorithm(&made.cert, OC_HASH_OTHER, false, &algorithm, NULL), OC_OK);
    assert_true(oc_bytes_equal(algorithm.oid, made.cert.key_algorithm.oid));
    assert_ptr_equal(algorithm.parameters.data, made.cert.key_algorithm.parameters.data);
    free_cert(&made);
}

static void dsa(void **state)
{
    static const char *const digests[] = {"SHA224", "SHA256"};
    EVP_PKEY *parameters = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    (void)state;
    assert_int_equal(EVP_PKEY_paramgen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_dsa_paramgen_bits(context, 1024), 1);
    assert_int_equal(EVP_PKEY_paramgen(context, &parameters), 1);
    EVP_PKEY_CTX_free(context);
    for (size_t i = 0; i < 2; i++) {
        EVP_PKEY *key = NULL;
        struct made made;
        context = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
        assert_int_equal(EVP_PKEY_keygen_init(context), 1);
        assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
        EVP_PKEY_CTX_free(context);
        make_cert(&made, key, digests[i], false);
        expect(&made, (enum oc_hash)(OC_HASH_SHA224 + i), false);
        if (i == 1)
            expect(&made, OC_HASH_OTHER, false);
        free_cert(&made);
    }
    EVP_PKEY_free(parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rsa),
        cmocka_unit_test(ecdsa),
        cmocka_unit_test(compressed_point),
        cmocka_unit_test(eddsa),
        cmocka_unit_test(pss_needs_rsa),
        cmocka_unit_test(pss_only_key),
        cmocka_unit_test(dsa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
