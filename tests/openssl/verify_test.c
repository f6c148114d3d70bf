// SPDX-License-Identifier: MIT
//
// Signatures of every algorithm, valid and invalid. The parameters of RSASSA-PSS are tested in
// pss_test.c.
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include <openssl/err.h>

#define RSA_OID "1.2.840.113549.1.1."
#define ECDSA_OID "1.2.840.10045.4."
#define NIST_OID "2.16.840.1.101.3.4.3."

static const uint8_t null_der[] = {0x05, 0x00};
static const uint8_t pss_sha256_der[] = {
    0x30, 0x34, 0xA0, 0x0F, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
    0x04, 0x02, 0x01, 0x05, 0x00, 0xA1, 0x1C, 0x30, 0x1A, 0x06, 0x09, 0x2A, 0x86, 0x48,
    0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xA2, 0x03, 0x02, 0x01, 0x20,
};

struct algorithm {
    const char *oid;
    enum key_id key;
    struct scheme scheme;
    struct oc_bytes parameters;
    struct oc_strength strength;
};

#define PARAMETERS_NULL                                                                            \
    {                                                                                              \
        null_der, 2                                                                                \
    }
#define PSS_SHA256                                                                                 \
    {                                                                                              \
        pss_sha256_der, sizeof pss_sha256_der                                                      \
    }

static const struct algorithm algorithms[] = {
    {RSA_OID "4", RSA_2048, {"MD5"}, PARAMETERS_NULL, {128, 2048}},
    {RSA_OID "5", RSA_2048, {"SHA1"}, PARAMETERS_NULL, {160, 2048}},
    {RSA_OID "14", RSA_2048, {"SHA224"}, PARAMETERS_NULL, {224, 2048}},
    {RSA_OID "11", RSA_2048, {"SHA256"}, PARAMETERS_NULL, {256, 2048}},
    {RSA_OID "11", RSA_2048, {"SHA256"}, {NULL, 0}, {256, 2048}},
    {RSA_OID "11", RSA_1024, {"SHA256"}, PARAMETERS_NULL, {256, 1024}},
    {RSA_OID "12", RSA_2048, {"SHA384"}, PARAMETERS_NULL, {384, 2048}},
    {RSA_OID "13", RSA_2048, {"SHA512"}, PARAMETERS_NULL, {512, 2048}},
    {NIST_OID "14", RSA_2048, {"SHA3-256"}, PARAMETERS_NULL, {256, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA256", "SHA256", 32}, PSS_SHA256, {256, 2048}},
    {RSA_OID "10", RSA_1024, {"SHA256", "SHA256", 32}, PSS_SHA256, {256, 1024}},
    {RSA_OID "10", PSS_2048, {"SHA256", "SHA256", 32}, PSS_SHA256, {256, 2048}},
    {RSA_OID "10", PSS_2048_SHA256, {"SHA256", "SHA256", 32}, PSS_SHA256, {256, 2048}},
    {ECDSA_OID "1", P256, {"SHA1"}, {NULL, 0}, {160, OC_BITS_NONE}},
    {ECDSA_OID "3.1", P256, {"SHA224"}, {NULL, 0}, {224, OC_BITS_NONE}},
    {ECDSA_OID "3.2", P256, {"SHA256"}, {NULL, 0}, {256, OC_BITS_NONE}},
    {ECDSA_OID "3.3", P384, {"SHA384"}, {NULL, 0}, {384, OC_BITS_NONE}},
    {ECDSA_OID "3.2", P384, {"SHA256"}, {NULL, 0}, {256, OC_BITS_NONE}},
    {ECDSA_OID "3.4", P521, {"SHA512"}, {NULL, 0}, {512, OC_BITS_NONE}},
    {ECDSA_OID "3.2", BRAINPOOL, {"SHA256"}, {NULL, 0}, {256, OC_BITS_NONE}},
    {"1.3.101.112", ED25519, {NULL}, {NULL, 0}, {OC_BITS_NONE, OC_BITS_NONE}},
    {"1.3.101.113", ED448, {NULL}, {NULL, 0}, {OC_BITS_NONE, OC_BITS_NONE}},
    {NIST_OID "1", DSA_1024, {"SHA224"}, {NULL, 0}, {224, OC_BITS_NONE}},
    {NIST_OID "2", DSA_1024, {"SHA256"}, {NULL, 0}, {256, OC_BITS_NONE}},
};
#define N_ALGORITHMS (sizeof algorithms / sizeof *algorithms)

static const struct oc_strength none;
static const struct oc_bytes message = {(const uint8_t *)"tbs data", 8};

// One for each algorithm.
static struct oc_bytes oids[N_ALGORITHMS];
static struct oc_bytes signatures[N_ALGORITHMS];

static int start(void **state)
{
    if (fixture_start(state) != 0)
        return -1;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        const struct algorithm *a = &algorithms[i];
        oids[i] = oid_encode(a->oid);
        signatures[i] = message_sign(keys[a->key].pair, a->scheme, message);
    }
    return 0;
}

static int stop(void **state)
{
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        OPENSSL_free((void *)(uintptr_t)oids[i].data);
        OPENSSL_free((void *)(uintptr_t)signatures[i].data);
    }
    return fixture_stop(state);
}

static struct oc_algorithm identifier(size_t i)
{
    return (struct oc_algorithm){oids[i], algorithms[i].parameters};
}

// expect verifies with the i-th algorithm and its own key.
static void expect(size_t i, struct oc_bytes text, struct oc_bytes signature, enum oc_err code)
{
    struct oc_algorithm id = identifier(i);
    verify_expect(crypto, keys[algorithms[i].key].key, &id, text, signature, code,
                  algorithms[i].strength);
}

// flipped copies `in` to the guard page with one bit changed.
static struct oc_bytes flipped(struct oc_bytes in, size_t bit)
{
    uint8_t *copy = guard_at_end(&guard, in.data, in.len);
    copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
    return (struct oc_bytes){copy, in.len};
}

static void each_algorithm_with_its_strength(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        expect(i, message, signatures[i], OC_OK);
}

static void message_empty(void **state)
{
    const struct oc_bytes absent = {NULL, 0};
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        const struct algorithm *a = &algorithms[i];
        struct oc_bytes empty = {guard_at_end(&guard, message.data, 0), 0};
        struct oc_bytes signature = message_sign(keys[a->key].pair, a->scheme, empty);
        expect(i, empty, signature, OC_OK);
        expect(i, absent, signature, OC_OK);
        expect(i, message, signature, OC_ERR_SIGNATURE);
        expect(i, empty, signatures[i], OC_ERR_SIGNATURE);
        OPENSSL_free((void *)(uintptr_t)signature.data);
    }
}

static void message_flipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t bit = 0; bit < message.len * 8; bit++)
            expect(i, flipped(message, bit), signatures[i], OC_ERR_SIGNATURE);
}

static void message_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        expect(i, (struct oc_bytes){message.data, message.len - 1}, signatures[i],
               OC_ERR_SIGNATURE);
}

static void signature_flipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t bit = 0; bit < signatures[i].len * 8; bit++)
            expect(i, message, flipped(signatures[i], bit), OC_ERR_SIGNATURE);
}

static void signature_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t len = 0; len < signatures[i].len; len++) {
            const uint8_t *cut = guard_at_end(&guard, signatures[i].data, len);
            expect(i, message, (struct oc_bytes){cut, len}, OC_ERR_SIGNATURE);
        }
}

static void signature_absent(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        expect(i, message, (struct oc_bytes){NULL, 0}, OC_ERR_SIGNATURE);
}

static void signature_with_trailing_octet(void **state)
{
    uint8_t longer[513] = {0};
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        memcpy(longer, signatures[i].data, signatures[i].len);
        longer[signatures[i].len] = 0;
        const uint8_t *copy = guard_at_end(&guard, longer, signatures[i].len + 1);
        expect(i, message, (struct oc_bytes){copy, signatures[i].len + 1}, OC_ERR_SIGNATURE);
    }
}

// fits returns whether `key` is of the kind that the algorithm `a` needs.
static bool fits(const struct algorithm *a, const struct test_key *key)
{
    bool any_rsa = key->family == FAMILY_RSA || key->family == FAMILY_PSS;
    return a->scheme.mgf1 != NULL ? any_rsa : key->family == keys[a->key].family;
}

static void key_of_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t k = 0; k < N_KEYS; k++) {
            struct oc_algorithm id = identifier(i);
            if (algorithms[i].key == k)
                continue;
            verify_expect(crypto, keys[k].key, &id, message, signatures[i],
                          fits(&algorithms[i], &keys[k]) ? OC_ERR_SIGNATURE : OC_ERR_UNSUPPORTED,
                          none);
        }
}

static void parameters_wrong(void **state)
{
    static const struct oc_bytes wrong[] = {
        {(const uint8_t *)"\x05\x00\x00", 3},      // an octet after the NULL
        {(const uint8_t *)"\x05\x01\x00", 3},      // a NULL with content
        {(const uint8_t *)"\x05", 1},              // half a NULL
        {(const uint8_t *)"", 0},                  // present but empty
        {(const uint8_t *)"\xFF\xFF\xFF\xFF", 4},  // not DER
        {(const uint8_t *)"\x02\x01\x00", 3},      // an INTEGER
        {(const uint8_t *)"\x06\x01\x2A", 3},      // an OBJECT IDENTIFIER
        {(const uint8_t *)"\x04\x00", 2},          // an OCTET STRING
    };
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++) {
            const uint8_t *copy = guard_at_end(&guard, wrong[w].data, wrong[w].len);
            struct oc_algorithm id = {oids[i], {copy, wrong[w].len}};
            verify_expect(crypto, keys[algorithms[i].key].key, &id, message, signatures[i],
                          OC_ERR_UNSUPPORTED, none);
        }
}

// Empty parameters mean RSASSA-PSS with all its defaults; no other algorithm has them.
static void parameters_an_empty_sequence(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        struct oc_algorithm id = {oids[i], {(const uint8_t *)"\x30\x00", 2}};
        bool is_pss = algorithms[i].scheme.mgf1 != NULL && algorithms[i].key != PSS_2048_SHA256;
        verify_expect(crypto, keys[algorithms[i].key].key, &id, message, signatures[i],
                      is_pss ? OC_ERR_SIGNATURE : OC_ERR_UNSUPPORTED, none);
    }
}

static void parameters_null_where_none_belong(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        struct oc_algorithm id = {oids[i], {null_der, 2}};
        bool is_v15 =
            keys[algorithms[i].key].family == FAMILY_RSA && algorithms[i].scheme.mgf1 == NULL;
        verify_expect(crypto, keys[algorithms[i].key].key, &id, message, signatures[i],
                      is_v15 ? OC_OK : OC_ERR_UNSUPPORTED, algorithms[i].strength);
    }
}

static void oid_flipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t bit = 0; bit < oids[i].len * 8; bit++) {
            struct oc_algorithm id = {flipped(oids[i], bit), algorithms[i].parameters};
            struct oc_strength strength;
            assert_int_not_equal(crypto->verify(crypto, keys[algorithms[i].key].key, &id, message,
                                                signatures[i], &strength),
                                 OC_OK);
            assert_int_equal(strength.hash_bits, 0);
        }
}

static void oid_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t len = 0; len < oids[i].len; len++) {
            const uint8_t *cut = guard_at_end(&guard, oids[i].data, len);
            struct oc_algorithm id = {{cut, len}, algorithms[i].parameters};
            verify_expect(crypto, keys[algorithms[i].key].key, &id, message, signatures[i],
                          OC_ERR_UNSUPPORTED, none);
        }
}

static void oid_unknown(void **state)
{
    uint8_t arcs[200];
    (void)state;
    memset(arcs, 1, sizeof arcs);
    for (size_t k = 0; k < N_KEYS; k++)
        for (size_t len = 20; len <= sizeof arcs; len++) {
            struct oc_algorithm id = {{guard_at_end(&guard, arcs, len), len}, {NULL, 0}};
            verify_expect(crypto, keys[k].key, &id, message, signatures[0], OC_ERR_UNSUPPORTED,
                          none);
        }
}

// Here libcrypto would use the key's default digest, SHA-256, which nothing names.
static void oid_of_a_key_that_needs_a_digest(void **state)
{
    static const struct {
        const char *oid;
        enum key_id key;
    } cases[] = {
        {RSA_OID "1", RSA_2048},
        {"1.2.840.10045.2.1", P256},
        {"1.2.840.10040.4.1", DSA_1024},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct oc_algorithm id = {oid_encode(cases[i].oid), {NULL, 0}};
        struct oc_bytes signature =
            message_sign(keys[cases[i].key].pair, (struct scheme){"SHA256"}, message);
        verify_expect(crypto, keys[cases[i].key].key, &id, message, signature, OC_ERR_UNSUPPORTED,
                      none);
        OPENSSL_free((void *)(uintptr_t)signature.data);
        OPENSSL_free((void *)(uintptr_t)id.oid.data);
    }
}

static void key_that_cannot_sign(void **state)
{
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    struct oc_bytes spki = spki_encode(pair);
    struct oc_algorithm own = {oid_encode("1.3.101.110"), {NULL, 0}};
    struct oc_key *key;
    (void)state;
    assert_int_equal(crypto->key_decode(crypto, spki, &key), OC_OK);
    verify_expect(crypto, key, &own, message, signatures[0], OC_ERR_UNSUPPORTED, none);
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        struct oc_algorithm id = identifier(i);
        verify_expect(crypto, key, &id, message, signatures[i], OC_ERR_UNSUPPORTED, none);
    }
    crypto->key_free(crypto, key);
    OPENSSL_free((void *)(uintptr_t)own.oid.data);
    OPENSSL_free((void *)(uintptr_t)spki.data);
    EVP_PKEY_free(pair);
}

// These failures add errors to libcrypto's queue, and none of them may stay there.
static void run_all_that_fails(void)
{
    struct oc_key *key;
    assert_int_not_equal(crypto->key_decode(crypto, message, &key), OC_OK);
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        struct oc_algorithm id = identifier(i);
        struct oc_strength strength;
        expect(i, message, flipped(signatures[i], 0), OC_ERR_SIGNATURE);
        expect(i, message, (struct oc_bytes){signatures[i].data, 1}, OC_ERR_SIGNATURE);
        for (size_t k = 0; k < N_KEYS; k++)
            if (algorithms[i].key != k)
                assert_int_not_equal(
                    crypto->verify(crypto, keys[k].key, &id, message, signatures[i], &strength),
                    OC_OK);
        id.oid.len--;
        assert_int_not_equal(crypto->verify(crypto, keys[algorithms[i].key].key, &id, message,
                                            signatures[i], &strength),
                             OC_OK);
    }
}

static void error_queue_of_the_caller(void **state)
{
    (void)state;
    ERR_clear_error();
    run_all_that_fails();
    assert_int_equal(ERR_peek_error(), 0);
    ERR_raise(ERR_LIB_USER, 41);
    ERR_raise(ERR_LIB_USER, 42);
    run_all_that_fails();
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_get_error(), 0);
}

static void *verify_often(void *bad)
{
    size_t *n_bad = bad;
    for (size_t round = 0; round < 20; round++)
        for (size_t i = 0; i < N_ALGORITHMS; i++) {
            struct oc_algorithm id = identifier(i);
            const struct oc_key *key = keys[algorithms[i].key].key;
            struct oc_bytes cut = {message.data, message.len - 1};
            struct oc_strength got;
            if (crypto->verify(crypto, key, &id, message, signatures[i], &got) != OC_OK ||
                memcmp(&got, &algorithms[i].strength, sizeof got) != 0)
                ++*n_bad;
            if (crypto->verify(crypto, key, &id, cut, signatures[i], &got) != OC_ERR_SIGNATURE)
                ++*n_bad;
            struct oc_key *own = NULL;
            if (crypto->key_decode(crypto, keys[algorithms[i].key].spki, &own) != OC_OK ||
                crypto->verify(crypto, own, &id, message, signatures[i], &got) != OC_OK)
                ++*n_bad;
            crypto->key_free(crypto, own);
        }
    return NULL;
}

static void four_threads_with_the_same_keys(void **state)
{
    pthread_t threads[4];
    size_t n_bad[4] = {0};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, verify_often, &n_bad[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(n_bad[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm_with_its_strength),
        cmocka_unit_test(message_empty),
        cmocka_unit_test(message_flipped),
        cmocka_unit_test(message_cut),
        cmocka_unit_test(signature_flipped),
        cmocka_unit_test(signature_cut),
        cmocka_unit_test(signature_absent),
        cmocka_unit_test(signature_with_trailing_octet),
        cmocka_unit_test(key_of_another),
        cmocka_unit_test(parameters_wrong),
        cmocka_unit_test(parameters_an_empty_sequence),
        cmocka_unit_test(parameters_null_where_none_belong),
        cmocka_unit_test(oid_flipped),
        cmocka_unit_test(oid_cut),
        cmocka_unit_test(oid_unknown),
        cmocka_unit_test(oid_of_a_key_that_needs_a_digest),
        cmocka_unit_test(key_that_cannot_sign),
        cmocka_unit_test(error_queue_of_the_caller),
        cmocka_unit_test(four_threads_with_the_same_keys),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
