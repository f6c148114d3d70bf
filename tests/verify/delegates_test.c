// SPDX-License-Identifier: MIT
//
// The cache of delegates saves work, and changes no verdict.
#include "response_fixture.h"

#include <ocsp/delegates.h>
#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// A table that counts its calls. `keys` is the number of keys decoded and not yet freed.
struct counting {
    struct oc_crypto crypto;  // first, so that the functions find the rest from it
    bool fails_sha256;
    int *keys;
    size_t *decoded;
    size_t *verified;
};

enum { N_SLOTS = 2 };

static struct oc_crypto *real;
static struct counting counting;
static struct oc_issuer issuer;
static struct oc_delegate slots[N_SLOTS];
static struct oc_delegates delegates;
static struct oc_policy policy;
static uint8_t *room;
static int keys;
static size_t decoded;
static size_t verified;

static enum oc_err count_hash(const struct oc_crypto *crypto, enum oc_hash hash,
                              struct oc_bytes data, uint8_t *out)
{
    if (hash == OC_HASH_SHA256 && ((const struct counting *)crypto)->fails_sha256)
        return OC_ERR_CRYPTO;
    return real->hash(real, hash, data, out);
}

static enum oc_err count_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                                struct oc_key **key)
{
    const struct counting *self = (const struct counting *)crypto;
    enum oc_err code = real->key_decode(real, spki, key);
    ++*self->decoded;
    *self->keys += code == OC_OK;
    return code;
}

static void count_free(const struct oc_crypto *crypto, struct oc_key *key)
{
    *((const struct counting *)crypto)->keys -= key != NULL;
    real->key_free(real, key);
}

static enum oc_err count_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                                const struct oc_algorithm *algorithm, struct oc_bytes message,
                                struct oc_bytes signature, struct oc_strength *strength)
{
    ++*((const struct counting *)crypto)->verified;
    return real->verify(real, key, algorithm, message, signature, strength);
}

// Verifies a response, and checks how many signatures were checked and keys decoded for it.
static enum oc_err verify(const struct response_fixture *response, size_t expected_verified,
                          size_t expected_decoded)
{
    struct oc_response resp;
    struct oc_verdict verdict;
    struct oc_error err;
    assert_int_equal(oc_response_parse(&resp, response_fixture_make(response, room), NULL), OC_OK);
    verified = 0;
    decoded = 0;
    enum oc_err code = oc_verify(&policy, &issuer, serial_in_question(), &resp, &verdict, &err);
    assert_int_equal(verified, expected_verified);
    assert_int_equal(decoded, expected_decoded);
    return code;
}

static const struct response_fixture by_delegate = {.certs = {CERT_DELEGATE}};
static const struct response_fixture by_another = {.certs = {CERT_KEY_USAGE}};
static const struct response_fixture by_a_third = {.certs = {CERT_EKU_AMONG_OTHERS}};
static const struct response_fixture by_issuer = {.responder = CERT_CA};

static void second_time_takes_one_signature(void **state)
{
    (void)state;
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 1, 0), OC_OK);
    assert_int_equal(verify(&by_delegate, 1, 0), OC_OK);
    assert_int_equal(verify(&by_issuer, 1, 0), OC_OK);
}

static void oldest_makes_room(void **state)
{
    (void)state;
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(verify(&by_another, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 1, 0), OC_OK);
    assert_int_equal(verify(&by_a_third, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 1, 0), OC_OK);
    assert_int_equal(verify(&by_a_third, 1, 0), OC_OK);
    assert_int_equal(verify(&by_another, 2, 1), OC_OK);
    assert_int_equal(keys, 1 + N_SLOTS);
}

static void cleanup_gives_keys_back(void **state)
{
    (void)state;
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(keys, 2);
    oc_delegates_cleanup(&delegates);
    assert_int_equal(keys, 1);
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 1, 0), OC_OK);
}

// A second certificate with the same name and key is another certificate.
static void every_certificate_is_judged_by_itself(void **state)
{
    (void)state;
    for (int again = 0; again < 3; again++) {
        assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
        for (enum cert_name name = CERT_DELEGATE; name < CERT_MALFORMED; name++) {
            struct response_fixture response = {.certs = {name}};
            struct oc_response resp;
            struct oc_verdict with;
            struct oc_verdict without;
            struct oc_policy plain = policy;
            struct oc_error err;
            struct oc_error plain_err;
            plain.delegates = NULL;
            assert_int_equal(oc_response_parse(&resp, response_fixture_make(&response, room), NULL),
                             OC_OK);
            enum oc_err code =
                oc_verify(&policy, &issuer, serial_in_question(), &resp, &with, &err);
            assert_int_equal(
                oc_verify(&plain, &issuer, serial_in_question(), &resp, &without, &plain_err),
                code);
            assert_memory_equal(&with, &without, sizeof with);
            assert_int_equal(err.offset, plain_err.offset);
            assert_ptr_equal(err.what, plain_err.what);
        }
        oc_delegates_cleanup(&delegates);
    }
}

static void signature_of_response_is_checked(void **state)
{
    struct response_fixture response = by_delegate;
    (void)state;
    response.fault = SIGN_WRONG;
    assert_int_equal(verify(&response, 2, 1), OC_ERR_SIGNATURE);
    assert_int_equal(verify(&response, 1, 0), OC_ERR_SIGNATURE);
    response.fault = SIGN_OTHER_OCTETS;
    assert_int_equal(verify(&response, 1, 0), OC_ERR_SIGNATURE);
    assert_int_equal(verify(&by_delegate, 1, 0), OC_OK);
}

static void dates_are_read_anew(void **state)
{
    static const struct response_fixture response = {.certs = {CERT_ENDS_SOON}};
    (void)state;
    assert_int_equal(verify(&response, 2, 1), OC_OK);
    policy.now = SIGN_NOW + 361;
    assert_int_equal(verify(&response, 0, 0), OC_ERR_DELEGATE_TIME);
    policy.now = SIGN_NOW;
    assert_int_equal(verify(&response, 1, 0), OC_OK);
}

// A delegate that one policy accepts may be refused by another.
static void strength_is_judged_anew(void **state)
{
    static const struct response_fixture response = {.certs = {CERT_SHA1}};
    (void)state;
    policy.insecure_allow_sha1 = true;
    assert_int_equal(verify(&response, 2, 1), OC_OK);
    assert_int_equal(verify(&response, 1, 0), OC_OK);
    policy.insecure_allow_sha1 = false;
    assert_int_equal(verify(&response, 0, 0), OC_ERR_WEAK_HASH);
}

// The same cache, and another CA of the same name.
static void other_issuer_at_the_same_place(void **state)
{
    (void)state;
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    oc_issuer_cleanup(&issuer);
    assert_int_equal(
        oc_issuer_init(&issuer, &counting.crypto, &fixture_cert(CERT_CA_OF_SAME_NAME)->cert, NULL),
        OC_OK);
    struct response_fixture response = by_delegate;
    response.said[0].issuer = CERT_CA_OF_SAME_NAME;
    assert_int_equal(verify(&response, 1, 0), OC_ERR_DELEGATE_ISSUER);
}

static void unusable_is_unused(void **state)
{
    (void)state;
    counting.fails_sha256 = true;
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    counting.fails_sha256 = false;
    oc_delegates_init(&delegates, &counting.crypto, slots, 0);
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    oc_delegates_init(&delegates, real, slots, N_SLOTS);
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(verify(&by_delegate, 2, 1), OC_OK);
    assert_int_equal(keys, 1);
}

static int start(void **state)
{
    (void)state;
    counting = (struct counting){
        .crypto = {.hash = count_hash,
                   .key_decode = count_decode,
                   .key_free = count_free,
                   .verify = count_verify},
        .keys = &keys,
        .decoded = &decoded,
        .verified = &verified,
    };
    keys = 0;
    memset(slots, 0xff, sizeof slots);
    oc_delegates_init(&delegates, &counting.crypto, slots, N_SLOTS);
    oc_policy_init(&policy, SIGN_NOW);
    policy.delegates = &delegates;
    return oc_issuer_init(&issuer, &counting.crypto, &fixture_cert(CERT_CA)->cert, NULL) != OC_OK;
}

static int stop(void **state)
{
    (void)state;
    oc_delegates_cleanup(&delegates);
    oc_issuer_cleanup(&issuer);
    return keys;
}

static int start_all(void **state)
{
    (void)state;
    fixture_certs_make();
    real = oc_openssl_new();
    room = malloc(MESSAGE_SIZE);
    return real == NULL || room == NULL;
}

static int stop_all(void **state)
{
    (void)state;
    free(room);
    oc_openssl_free(real);
    fixture_certs_free();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(second_time_takes_one_signature),
        TEST(oldest_makes_room),
        TEST(cleanup_gives_keys_back),
        TEST(every_certificate_is_judged_by_itself),
        TEST(signature_of_response_is_checked),
        TEST(dates_are_read_anew),
        TEST(strength_is_judged_anew),
        TEST(other_issuer_at_the_same_place),
        TEST(unusable_is_unused),
    };
    return cmocka_run_group_tests(tests, start_all, stop_all);
}
