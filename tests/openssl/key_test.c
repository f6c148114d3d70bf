// SPDX-License-Identifier: MIT
//
// Keys from valid and invalid SubjectPublicKeyInfos, and the signatures of certificates that
// other software has signed.
#include "fixture.h"

#include <ocsp/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static const struct oc_bytes message = {(const uint8_t *)"tbs data", 8};

// A key that is not decoded is NULL, which can be freed.
static void expect(struct oc_bytes spki, enum oc_err code)
{
    struct oc_key *key = (struct oc_key *)(uintptr_t)&crypto;
    enum oc_err result = crypto->key_decode(crypto, spki, &key);
    assert_string_equal(oc_err_name(result), oc_err_name(code));
    assert_true((key != NULL) == (code == OC_OK));
    crypto->key_free(crypto, key);
}

static void each_kind_of_key(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_KEYS; k++) {
        const uint8_t *copy = guard_at_end(&guard, keys[k].spki.data, keys[k].spki.len);
        expect((struct oc_bytes){copy, keys[k].spki.len}, OC_OK);
    }
}

static void spki_absent_or_empty(void **state)
{
    (void)state;
    expect((struct oc_bytes){NULL, 0}, OC_ERR_UNSUPPORTED);
    expect((struct oc_bytes){guard_at_end(&guard, message.data, 0), 0}, OC_ERR_UNSUPPORTED);
    expect(message, OC_ERR_UNSUPPORTED);
}

static void spki_cut(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_KEYS; k++)
        for (size_t len = 0; len < keys[k].spki.len; len++) {
            const uint8_t *cut = guard_at_end(&guard, keys[k].spki.data, len);
            expect((struct oc_bytes){cut, len}, OC_ERR_UNSUPPORTED);
        }
}

static void spki_with_trailing_octet(void **state)
{
    uint8_t longer[2048] = {0};
    (void)state;
    for (size_t k = 0; k < N_KEYS; k++) {
        size_t len = keys[k].spki.len + 1;
        assert_in_range(len, 1, sizeof longer);
        memcpy(longer, keys[k].spki.data, len - 1);
        longer[len - 1] = 0;
        expect((struct oc_bytes){guard_at_end(&guard, longer, len), len}, OC_ERR_UNSUPPORTED);
    }
}

// The octets whose bits are flipped are in the point and in the modulus: the result is not a
// key, or another key.
static void spki_flipped(void **state)
{
    static const uint8_t sha256_rsa[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B};
    static const uint8_t sha256_ecdsa[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
    const struct oc_algorithm algorithms[] = {
        {{sha256_rsa, sizeof sha256_rsa}, {NULL, 0}},
        {{sha256_ecdsa, sizeof sha256_ecdsa}, {NULL, 0}},
    };
    const enum key_id tried[] = {RSA_1024, P256};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct test_key *k = &keys[tried[i]];
        struct oc_bytes signature = message_sign(k->pair, (struct scheme){"SHA256"}, message);
        for (size_t bit = 0; bit < k->spki.len * 8; bit++) {
            uint8_t *copy = guard_at_end(&guard, k->spki.data, k->spki.len);
            struct oc_strength strength;
            struct oc_key *key;
            copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
            enum oc_err code =
                crypto->key_decode(crypto, (struct oc_bytes){copy, k->spki.len}, &key);
            assert_true((key != NULL) == (code == OC_OK));
            if (code == OC_OK)
                code = crypto->verify(crypto, key, &algorithms[i], message, signature, &strength);
            if (bit / 8 >= k->spki.len - 60 && bit / 8 < k->spki.len - 8)
                assert_int_not_equal(code, OC_OK);
            crypto->key_free(crypto, key);
        }
        OPENSSL_free((void *)(uintptr_t)signature.data);
    }
}

static void every_flip_of_every_kind(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_KEYS; k++)
        for (size_t bit = 0; bit < keys[k].spki.len * 8; bit++) {
            uint8_t *copy = guard_at_end(&guard, keys[k].spki.data, keys[k].spki.len);
            struct oc_key *key;
            copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
            enum oc_err code =
                crypto->key_decode(crypto, (struct oc_bytes){copy, keys[k].spki.len}, &key);
            assert_true((key != NULL) == (code == OC_OK));
            crypto->key_free(crypto, key);
        }
}

static void curve_that_the_key_brings_along(void **state)
{
    EVP_PKEY *pair = EVP_PKEY_dup(keys[P256].pair);
    (void)state;
    assert_int_equal(EVP_PKEY_set_utf8_string_param(pair, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"),
                     1);
    struct oc_bytes spki = spki_encode(pair);
    assert_true(spki.len > keys[P256].spki.len);
    expect(spki, OC_ERR_UNSUPPORTED);
    OPENSSL_free((void *)(uintptr_t)spki.data);
    EVP_PKEY_free(pair);
}

static void point_that_is_not_on_the_curve(void **state)
{
    struct oc_bytes spki = keys[P256].spki;
    uint8_t *copy = guard_at_end(&guard, spki.data, spki.len);
    (void)state;
    copy[spki.len - 1] ^= 1;
    expect((struct oc_bytes){copy, spki.len}, OC_ERR_UNSUPPORTED);
}

static void null_is_freed(void **state)
{
    (void)state;
    crypto->key_free(crypto, NULL);
}

static void error_queue_of_the_caller(void **state)
{
    (void)state;
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 41);
    spki_cut(NULL);
    spki_with_trailing_octet(NULL);
    point_that_is_not_on_the_curve(NULL);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
    assert_int_equal(ERR_get_error(), 0);
}

struct seed {
    unsigned char *der;
    struct oc_cert cert;
};

static void seed_read(struct seed *seed, const char *path)
{
    char *name = NULL;
    char *header = NULL;
    long len = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(PEM_read(file, &name, &header, &seed->der, &len), 1);
    fclose(file);
    OPENSSL_free(name);
    OPENSSL_free(header);
    assert_int_equal(oc_cert_parse(&seed->cert, (struct oc_bytes){seed->der, (size_t)len}, NULL),
                     OC_OK);
}

static void certificates_signed_by_others(void **state)
{
    const struct oc_strength strength = {256, 2048};
    struct seed leaf;
    struct seed issuer;
    struct oc_key *key;
    (void)state;
    seed_read(&leaf, SEED_DIR "/leaf.pem");
    seed_read(&issuer, SEED_DIR "/issuer.pem");
    assert_int_equal(crypto->key_decode(crypto, issuer.cert.spki, &key), OC_OK);
    const struct oc_signature *signature = &leaf.cert.signature;
    verify_expect(crypto, key, &signature->algorithm, leaf.cert.tbs, signature->value, OC_OK,
                  strength);
    for (size_t bit = 0; bit < leaf.cert.tbs.len * 8; bit += 7) {
        uint8_t *copy = guard_at_end(&guard, leaf.cert.tbs.data, leaf.cert.tbs.len);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        verify_expect(crypto, key, &signature->algorithm,
                      (struct oc_bytes){copy, leaf.cert.tbs.len}, signature->value,
                      OC_ERR_SIGNATURE, strength);
    }
    verify_expect(crypto, key, &signature->algorithm, issuer.cert.tbs, signature->value,
                  OC_ERR_SIGNATURE, strength);
    crypto->key_free(crypto, key);
    OPENSSL_free(leaf.der);
    OPENSSL_free(issuer.der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_key),
        cmocka_unit_test(spki_absent_or_empty),
        cmocka_unit_test(spki_cut),
        cmocka_unit_test(spki_with_trailing_octet),
        cmocka_unit_test(spki_flipped),
        cmocka_unit_test(every_flip_of_every_kind),
        cmocka_unit_test(curve_that_the_key_brings_along),
        cmocka_unit_test(point_that_is_not_on_the_curve),
        cmocka_unit_test(null_is_freed),
        cmocka_unit_test(error_queue_of_the_caller),
        cmocka_unit_test(certificates_signed_by_others),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
