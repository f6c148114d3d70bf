// SPDX-License-Identifier: MIT
//
// Signatures that the table makes: each algorithm with each kind of key that is for it, verified
// by the table and by libcrypto, and keys that must be refused.
#include "fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#define RSA_OID "1.2.840.113549.1.1."
#define ECDSA_OID "1.2.840.10045.4."

// RSASSA-PSS-params with SHA-256 in both places and 32 octets of salt; the other hashes
// differ in the last octet of their object identifiers.
#define PSS_LEN 54
#define PSS_HASH_AT 16
#define PSS_MGF1_AT 46
#define PSS_SALT_AT 53
static const uint8_t pss_sha256[PSS_LEN] = {
    0x30, 0x34, 0xA0, 0x0F, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
    0x04, 0x02, 0x01, 0x05, 0x00, 0xA1, 0x1C, 0x30, 0x1A, 0x06, 0x09, 0x2A, 0x86, 0x48,
    0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xA2, 0x03, 0x02, 0x01, 0x20,
};

struct algorithm {
    const char *oid;
    enum key_id key;
    struct scheme scheme;  // with mgf1: RSASSA-PSS
    struct oc_strength strength;
};

static const struct algorithm algorithms[] = {
    {RSA_OID "14", RSA_2048, {"SHA224"}, {224, 2048}},
    {RSA_OID "11", RSA_2048, {"SHA256"}, {256, 2048}},
    {RSA_OID "12", RSA_2048, {"SHA384"}, {384, 2048}},
    {RSA_OID "13", RSA_2048, {"SHA512"}, {512, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA224", "SHA224", 28}, {224, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA256", "SHA256", 32}, {256, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA384", "SHA384", 48}, {384, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA512", "SHA512", 64}, {512, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA512", "SHA256", 0}, {512, 2048}},
    {RSA_OID "10", RSA_2048, {"SHA256", "SHA256", 127}, {256, 2048}},
    {RSA_OID "10", RSA_1024, {"SHA256", "SHA256", 94}, {256, 1024}},  // as long as it can be
    {RSA_OID "10", PSS_2048, {"SHA224", "SHA224", 28}, {224, 2048}},
    {RSA_OID "10", PSS_2048, {"SHA256", "SHA256", 32}, {256, 2048}},
    {RSA_OID "10", PSS_2048, {"SHA384", "SHA384", 48}, {384, 2048}},
    {RSA_OID "10", PSS_2048, {"SHA512", "SHA512", 64}, {512, 2048}},
    {RSA_OID "10", PSS_2048_SHA256, {"SHA256", "SHA256", 32}, {256, 2048}},
    {RSA_OID "10", PSS_2048_SHA256, {"SHA256", "SHA256", 40}, {256, 2048}},
    {ECDSA_OID "3.1", P256, {"SHA224"}, {224, OC_BITS_NONE}},
    {ECDSA_OID "3.2", P256, {"SHA256"}, {256, OC_BITS_NONE}},
    {ECDSA_OID "3.4", P256, {"SHA512"}, {512, OC_BITS_NONE}},
    {ECDSA_OID "3.3", P384, {"SHA384"}, {384, OC_BITS_NONE}},
    {ECDSA_OID "3.4", P521, {"SHA512"}, {512, OC_BITS_NONE}},
    {ECDSA_OID "3.2", BRAINPOOL, {"SHA256"}, {256, OC_BITS_NONE}},
    {ECDSA_OID "3.3", BRAINPOOL_384, {"SHA384"}, {384, OC_BITS_NONE}},
    {"1.3.101.112", ED25519, {NULL}, {OC_BITS_NONE, OC_BITS_NONE}},
    {"1.3.101.113", ED448, {NULL}, {OC_BITS_NONE, OC_BITS_NONE}},
};
#define N_ALGORITHMS (sizeof algorithms / sizeof *algorithms)

static const struct oc_bytes message = {(const uint8_t *)"tbs data", 8};

// One for each algorithm.
static struct oc_algorithm ids[N_ALGORITHMS];
static uint8_t parameters[N_ALGORITHMS][PSS_LEN];

static uint8_t last_arc(const char *digest)
{
    static const char *const names[] = {"SHA256", "SHA384", "SHA512", "SHA224"};
    uint8_t arc = 1;
    while (strcmp(names[arc - 1], digest) != 0)
        arc++;
    return arc;
}

static struct oc_bytes parameters_of(struct scheme scheme, uint8_t room[PSS_LEN])
{
    if (scheme.mgf1 == NULL)
        return (struct oc_bytes){NULL, 0};
    memcpy(room, pss_sha256, PSS_LEN);
    room[PSS_HASH_AT] = last_arc(scheme.digest);
    room[PSS_MGF1_AT] = last_arc(scheme.mgf1);
    room[PSS_SALT_AT] = (uint8_t)scheme.salt_len;
    return (struct oc_bytes){room, PSS_LEN};
}

static int start(void **state)
{
    if (fixture_start(state) != 0)
        return -1;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        ids[i] = (struct oc_algorithm){oid_encode(algorithms[i].oid),
                                       parameters_of(algorithms[i].scheme, parameters[i])};
    return 0;
}

static int stop(void **state)
{
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        OPENSSL_free((void *)(uintptr_t)ids[i].oid.data);
    return fixture_stop(state);
}

// check calls sign_check and checks that a refusal sets no strength and no length.
static enum oc_err check(enum key_id key, struct oc_bytes spki, const struct oc_algorithm *id,
                         struct oc_strength *strength, size_t *max_len)
{
    *strength = (struct oc_strength){4711, 4711};
    *max_len = 4711;
    enum oc_err code =
        crypto->sign_check(crypto, keys[key].private_key, spki, id, strength, max_len);
    if (code != OC_OK) {
        assert_int_equal(strength->hash_bits, 0);
        assert_int_equal(strength->rsa_bits, 0);
        assert_int_equal(*max_len, 0);
    }
    return code;
}

static void refuse(enum key_id key, struct oc_bytes spki, const struct oc_algorithm *id,
                   enum oc_err code)
{
    struct oc_strength strength;
    size_t max_len;
    assert_string_equal(oc_err_name(check(key, spki, id, &strength, &max_len)), oc_err_name(code));
}

// refuse_algorithm checks that no signature is made, either.
static void refuse_algorithm(enum key_id key, const struct oc_algorithm *id)
{
    uint8_t room[512];
    size_t len = sizeof room;
    refuse(key, keys[key].spki, id, OC_ERR_UNSUPPORTED);
    assert_int_equal(crypto->sign(crypto, keys[key].private_key, id, message, room, &len),
                     OC_ERR_UNSUPPORTED);
    assert_int_equal(len, 0);
}

static size_t max_len_of(size_t i)
{
    const struct test_key *key = &keys[algorithms[i].key];
    struct oc_strength strength;
    size_t max_len;
    assert_string_equal(
        oc_err_name(check(algorithms[i].key, key->spki, &ids[i], &strength, &max_len)), "ok");
    assert_int_equal(strength.hash_bits, algorithms[i].strength.hash_bits);
    assert_int_equal(strength.rsa_bits, algorithms[i].strength.rsa_bits);
    return max_len;
}

static void sign_and_verify(size_t i, struct oc_bytes text)
{
    const struct test_key *key = &keys[algorithms[i].key];
    uint8_t empty[512] = {0};
    size_t len = max_len_of(i);
    assert_in_range(len, 1, sizeof empty);
    uint8_t *room = guard_at_end(&guard, empty, len);
    assert_string_equal(
        oc_err_name(crypto->sign(crypto, key->private_key, &ids[i], text, room, &len)), "ok");
    struct oc_bytes signature = {room, len};
    verify_expect(crypto, key->key, &ids[i], text, signature, OC_OK, algorithms[i].strength);
    assert_true(message_verify(key->pair, algorithms[i].scheme, text, signature));
    room[len / 2] ^= 1;
    assert_false(message_verify(key->pair, algorithms[i].scheme, text, signature));
}

static void each_algorithm(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        sign_and_verify(i, message);
}

// libcrypto's verdict on a signature of any length: the length varies with ECDSA.
static void ecdsa_of_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (int round = 0; keys[algorithms[i].key].family == FAMILY_EC && round < 50; round++)
            sign_and_verify(i, message);
}

static void message_empty(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        sign_and_verify(i, (struct oc_bytes){NULL, 0});
        sign_and_verify(i, (struct oc_bytes){message.data, 0});
    }
}

static void message_long(void **state)
{
    static uint8_t octets[100000];
    (void)state;
    memset(octets, 'x', sizeof octets);
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        sign_and_verify(i, (struct oc_bytes){octets, sizeof octets});
}

static void rsa_with_parameters_null(void **state)
{
    static const struct oc_bytes null_der = {(const uint8_t *)"\x05\x00", 2};
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        struct oc_bytes before = ids[i].parameters;
        ids[i].parameters = null_der;
        if (keys[algorithms[i].key].family == FAMILY_RSA && algorithms[i].scheme.mgf1 == NULL)
            sign_and_verify(i, message);
        else
            refuse_algorithm(algorithms[i].key, &ids[i]);
        ids[i].parameters = before;
    }
}

static void room_too_small(void **state)
{
    uint8_t before[512];
    (void)state;
    memset(before, 0xA5, sizeof before);
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        size_t max_len = max_len_of(i);
        for (size_t room = 0; room < max_len; room += room + 9 < max_len ? 8 : 1) {
            uint8_t *out = guard_at_end(&guard, before, room);
            size_t len = room;
            assert_int_equal(crypto->sign(crypto, keys[algorithms[i].key].private_key, &ids[i],
                                          message, out, &len),
                             OC_ERR_SPACE);
            assert_int_equal(len, 0);
            assert_memory_equal(out, before, room);
        }
    }
}

static void room_absent(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        size_t len = 512;
        assert_int_equal(
            crypto->sign(crypto, keys[algorithms[i].key].private_key, &ids[i], message, NULL, &len),
            OC_ERR_SPACE);
        assert_int_equal(len, 0);
    }
}

static void key_of_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t k = 0; k < N_KEYS; k++)
            if (algorithms[i].key != k)
                refuse((enum key_id)k, keys[algorithms[i].key].spki, &ids[i], OC_ERR_KEY_MISMATCH);
}

static void algorithm_of_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t k = 0; k < N_KEYS; k++) {
            enum family family = keys[k].family;
            bool fits = algorithms[i].scheme.mgf1 != NULL
                            ? family == FAMILY_RSA || family == FAMILY_PSS
                            : family == keys[algorithms[i].key].family;
            if (!fits)
                refuse_algorithm((enum key_id)k, &ids[i]);
        }
}

// RFC 4055 3.3: a key's parameters bind its signatures.
static void pss_key_with_other_parameters(void **state)
{
    static const struct scheme schemes[] = {
        {"SHA384", "SHA384", 48},
        {"SHA256", "SHA384", 32},
        {"SHA384", "SHA256", 48},
        {"SHA256", "SHA256", 31},
    };
    uint8_t room[PSS_LEN];
    struct oc_algorithm id = {oid_encode(RSA_OID "10"), {NULL, 0}};
    (void)state;
    refuse_algorithm(PSS_2048_SHA256, &id);  // the defaults, with SHA-1
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        id.parameters = parameters_of(schemes[i], room);
        refuse_algorithm(PSS_2048_SHA256, &id);
    }
    OPENSSL_free((void *)(uintptr_t)id.oid.data);
}

static void pss_salt_longer_than_the_key(void **state)
{
    static const struct scheme schemes[] = {
        {"SHA256", "SHA256", 95},
        {"SHA512", "SHA512", 63},
        {"SHA512", "SHA512", 127},
    };
    uint8_t room[PSS_LEN];
    struct oc_algorithm id = {oid_encode(RSA_OID "10"), {NULL, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        id.parameters = parameters_of(schemes[i], room);
        refuse_algorithm(RSA_1024, &id);
    }
    OPENSSL_free((void *)(uintptr_t)id.oid.data);
}

static void pss_parameters_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t len = 0; len < ids[i].parameters.len; len++) {
            const uint8_t *cut = guard_at_end(&guard, ids[i].parameters.data, len);
            struct oc_algorithm id = {ids[i].oid, {cut, len}};
            refuse_algorithm(algorithms[i].key, &id);
        }
}

static void oid_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        for (size_t len = 0; len < ids[i].oid.len; len++) {
            const uint8_t *cut = guard_at_end(&guard, ids[i].oid.data, len);
            struct oc_algorithm id = {{cut, len}, ids[i].parameters};
            refuse_algorithm(algorithms[i].key, &id);
        }
}

// Here libcrypto would use the key's default digest, which the caller has not named.
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
        refuse_algorithm(cases[i].key, &id);
        OPENSSL_free((void *)(uintptr_t)id.oid.data);
    }
}

static void spki_broken(void **state)
{
    (void)state;
    refuse(P256, (struct oc_bytes){NULL, 0}, &ids[0], OC_ERR_UNSUPPORTED);
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        struct oc_bytes spki = keys[algorithms[i].key].spki;
        spki.len--;
        spki.data = guard_at_end(&guard, spki.data, spki.len);
        refuse(algorithms[i].key, spki, &ids[i], OC_ERR_UNSUPPORTED);
    }
}

static void key_that_cannot_sign(void **state)
{
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    struct oc_private_key *key = oc_openssl_key_new(pair);
    struct oc_bytes spki = spki_encode(pair);
    struct oc_algorithm own = {oid_encode("1.3.101.110"), {NULL, 0}};
    struct oc_strength strength;
    uint8_t room[512];
    size_t len = sizeof room;
    size_t max_len;
    (void)state;
    assert_int_equal(crypto->sign_check(crypto, key, spki, &own, &strength, &max_len),
                     OC_ERR_UNSUPPORTED);
    assert_int_equal(crypto->sign(crypto, key, &own, message, room, &len), OC_ERR_UNSUPPORTED);
    OPENSSL_free((void *)(uintptr_t)own.oid.data);
    OPENSSL_free((void *)(uintptr_t)spki.data);
    oc_openssl_key_free(key);
    EVP_PKEY_free(pair);
}

static void key_without_private_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALGORITHMS; i++) {
        const unsigned char *at = keys[algorithms[i].key].spki.data;
        EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)keys[algorithms[i].key].spki.len);
        struct oc_private_key *key = oc_openssl_key_new(pkey);
        uint8_t room[512];
        size_t len = sizeof room;
        enum oc_err code = crypto->sign(crypto, key, &ids[i], message, room, &len);
        assert_true(code == OC_ERR_CRYPTO || code == OC_ERR_UNSUPPORTED);
        assert_int_equal(len, 0);
        oc_openssl_key_free(key);
        EVP_PKEY_free(pkey);
    }
}

// The key stays valid when the EVP_PKEY that it was made of is freed.
static void key_outlives_its_evp_pkey(void **state)
{
    EVP_PKEY *pair = EVP_PKEY_dup(keys[P256].pair);
    struct oc_private_key *key = oc_openssl_key_new(pair);
    struct oc_algorithm id = {oid_encode(ECDSA_OID "3.2"), {NULL, 0}};
    uint8_t room[512];
    size_t len = sizeof room;
    (void)state;
    EVP_PKEY_free(pair);
    assert_int_equal(crypto->sign(crypto, key, &id, message, room, &len), OC_OK);
    assert_true(message_verify(keys[P256].pair, (struct scheme){"SHA256"}, message,
                               (struct oc_bytes){room, len}));
    OPENSSL_free((void *)(uintptr_t)id.oid.data);
    oc_openssl_key_free(key);
    oc_openssl_key_free(NULL);
}

static void error_queue_of_the_caller(void **state)
{
    (void)state;
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 41);
    ERR_raise(ERR_LIB_USER, 42);
    algorithm_of_another(NULL);
    key_of_another(NULL);
    pss_key_with_other_parameters(NULL);
    pss_salt_longer_than_the_key(NULL);
    spki_broken(NULL);
    room_too_small(NULL);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_get_error(), 0);
}

static void *sign_often(void *bad)
{
    size_t *n_bad = bad;
    for (size_t round = 0; round < 5; round++)
        for (size_t i = 0; i < N_ALGORITHMS; i++) {
            const struct test_key *key = &keys[algorithms[i].key];
            struct oc_strength got;
            uint8_t room[512];
            size_t len;
            if (crypto->sign_check(crypto, key->private_key, key->spki, &ids[i], &got, &len) !=
                    OC_OK ||
                crypto->sign(crypto, key->private_key, &ids[i], message, room, &len) != OC_OK ||
                crypto->verify(crypto, key->key, &ids[i], message, (struct oc_bytes){room, len},
                               &got) != OC_OK)
                ++*n_bad;
        }
    return NULL;
}

static void four_threads_with_the_same_keys(void **state)
{
    pthread_t threads[4];
    size_t n_bad[4] = {0};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_often, &n_bad[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(n_bad[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm),
        cmocka_unit_test(ecdsa_of_every_length),
        cmocka_unit_test(message_empty),
        cmocka_unit_test(message_long),
        cmocka_unit_test(rsa_with_parameters_null),
        cmocka_unit_test(room_too_small),
        cmocka_unit_test(room_absent),
        cmocka_unit_test(key_of_another),
        cmocka_unit_test(algorithm_of_another),
        cmocka_unit_test(pss_key_with_other_parameters),
        cmocka_unit_test(pss_salt_longer_than_the_key),
        cmocka_unit_test(pss_parameters_broken),
        cmocka_unit_test(oid_cut),
        cmocka_unit_test(oid_of_a_key_that_needs_a_digest),
        cmocka_unit_test(spki_broken),
        cmocka_unit_test(key_that_cannot_sign),
        cmocka_unit_test(key_without_private_part),
        cmocka_unit_test(key_outlives_its_evp_pkey),
        cmocka_unit_test(error_queue_of_the_caller),
        cmocka_unit_test(four_threads_with_the_same_keys),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
