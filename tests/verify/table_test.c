// SPDX-License-Identifier: MIT
//
// Prepared issuers, and tables of cryptographic functions that fail or lie: no failure may become
// a verdict.
#include "response_fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// A table that calls the real one until the `n`th call of a function, which returns `code`.
struct faulty {
    struct oc_crypto crypto;  // first, so that the functions find the rest from it
    enum oc_err code;
    enum oc_hash lacks;           // a hash that it does not have
    struct oc_strength strength;  // in place of the real one, when `rsa_bits` is not 0
    size_t hash_n;
    size_t decode_n;
    size_t verify_n;
    size_t *calls;  // of these three
    int *keys;      // decoded, and not freed
};

enum { HASH, DECODE, VERIFY, N_CALLS };

static struct oc_crypto *real;
static uint8_t *room;
static size_t calls[N_CALLS];
static int keys;

static const struct faulty *faulty_of(const struct oc_crypto *crypto)
{
    return (const struct faulty *)crypto;
}

static enum oc_err faulty_hash(const struct oc_crypto *crypto, enum oc_hash hash,
                               struct oc_bytes data, uint8_t *out)
{
    const struct faulty *faulty = faulty_of(crypto);
    if (faulty->lacks != OC_HASH_OTHER && hash == faulty->lacks)
        return OC_ERR_UNSUPPORTED;
    return ++faulty->calls[HASH] == faulty->hash_n ? faulty->code
                                                   : real->hash(real, hash, data, out);
}

static enum oc_err faulty_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                                 struct oc_key **key)
{
    const struct faulty *faulty = faulty_of(crypto);
    *key = NULL;
    if (++faulty->calls[DECODE] == faulty->decode_n)
        return faulty->code;
    enum oc_err code = real->key_decode(real, spki, key);
    *faulty->keys += code == OC_OK;
    return code;
}

static void faulty_free(const struct oc_crypto *crypto, struct oc_key *key)
{
    *faulty_of(crypto)->keys -= key != NULL;
    real->key_free(real, key);
}

static enum oc_err faulty_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                                 const struct oc_algorithm *algorithm, struct oc_bytes message,
                                 struct oc_bytes signature, struct oc_strength *strength)
{
    const struct faulty *faulty = faulty_of(crypto);
    if (++faulty->calls[VERIFY] == faulty->verify_n)
        return faulty->code;
    enum oc_err code = real->verify(real, key, algorithm, message, signature, strength);
    if (faulty->strength.rsa_bits != 0)
        *strength = faulty->strength;
    return code;
}

static void complete(struct faulty *faulty)
{
    faulty->crypto = (struct oc_crypto){.hash = faulty_hash,
                                        .random = real->random,
                                        .key_decode = faulty_decode,
                                        .key_free = faulty_free,
                                        .verify = faulty_verify};
    memset(calls, 0, sizeof calls);
    faulty->calls = calls;
    faulty->keys = &keys;
}

static enum oc_err prepare(struct faulty *faulty, struct oc_issuer *issuer, struct oc_error *err)
{
    complete(faulty);
    memset(issuer, 0xff, sizeof *issuer);
    return oc_issuer_init(issuer, &faulty->crypto, &fixture_cert(CERT_CA)->cert, err);
}

static void expect_no_issuer(struct faulty faulty, enum oc_err expected, const char *what)
{
    static const struct oc_issuer zero;
    struct oc_issuer issuer;
    struct oc_error err;
    assert_int_equal(prepare(&faulty, &issuer, &err), expected);
    assert_int_equal(err.code, expected);
    assert_string_equal(err.what, what);
    assert_memory_equal(&issuer, &zero, sizeof zero);
    assert_int_equal(keys, 0);
    assert_int_equal(prepare(&faulty, &issuer, NULL), expected);
    oc_issuer_cleanup(&issuer);
}

static void issuer_key_cannot_be_used(void **state)
{
    static const char what[] = "the issuer's key cannot be used (RFC 5280 4.1.2.7)";
    (void)state;
    expect_no_issuer((struct faulty){.decode_n = 1, .code = OC_ERR_UNSUPPORTED}, OC_ERR_UNSUPPORTED,
                     what);
    expect_no_issuer((struct faulty){.decode_n = 1, .code = OC_ERR_CRYPTO}, OC_ERR_CRYPTO, what);
}

static void issuer_cannot_be_hashed(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 10; n++)
        expect_no_issuer((struct faulty){.hash_n = n, .code = OC_ERR_CRYPTO}, OC_ERR_CRYPTO,
                         "the issuer's name or key cannot be hashed (RFC 6960 4.1.1)");
}

// A key of an algorithm that libcrypto does not know.
static void issuer_key_is_unknown_to_libcrypto(void **state)
{
    static const struct oc_issuer zero;
    static const uint8_t spki[] = {0x30, 0x0b, 0x30, 0x05, 0x06, 0x03, 0x2a,
                                   0x03, 0x04, 0x03, 0x02, 0x00, 0x01};
    struct oc_cert cert = fixture_cert(CERT_CA)->cert;
    struct oc_issuer issuer;
    struct oc_error err;
    (void)state;
    cert.spki = (struct oc_bytes){spki, sizeof spki};
    memset(&issuer, 0xff, sizeof issuer);
    assert_int_equal(oc_issuer_init(&issuer, real, &cert, &err), OC_ERR_UNSUPPORTED);
    assert_string_equal(err.what, "the issuer's key cannot be used (RFC 5280 4.1.2.7)");
    assert_memory_equal(&issuer, &zero, sizeof zero);
}

static void issuer_of_zeroes_is_cleaned_up(void **state)
{
    static const struct oc_issuer zero;
    struct oc_issuer issuer = {0};
    struct faulty faulty = {0};
    (void)state;
    oc_issuer_cleanup(&issuer);
    assert_int_equal(prepare(&faulty, &issuer, NULL), OC_OK);
    assert_int_equal(keys, 1);
    oc_issuer_cleanup(&issuer);
    assert_int_equal(keys, 0);
    assert_memory_equal(&issuer, &zero, sizeof zero);
    oc_issuer_cleanup(&issuer);
    assert_int_equal(keys, 0);
}

// The cert ID with `hash`; its hashes are in `hashes`.
static struct oc_cert_id make_id(enum oc_hash hash, uint8_t hashes[2 * OC_HASH_MAX_LEN])
{
    const struct oc_cert *ca = &fixture_cert(CERT_CA)->cert;
    size_t len = sign_hash(hash, ca->subject, hashes);
    sign_hash(hash, ca->public_key, hashes + OC_HASH_MAX_LEN);
    return (struct oc_cert_id){.hash = hash,
                               .issuer_name_hash = {hashes, len},
                               .issuer_key_hash = {hashes + OC_HASH_MAX_LEN, len},
                               .serial = serial_in_question()};
}

static void expect_only_exact_matches(const struct oc_issuer *issuer, struct oc_cert_id id)
{
    assert_true(oc_issuer_matches(issuer, &id));
    id.issuer_name_hash.len--;
    assert_false(oc_issuer_matches(issuer, &id));
    id.issuer_name_hash.len += 2;
    assert_false(oc_issuer_matches(issuer, &id));
    id.issuer_name_hash.len--;
    id.issuer_key_hash.len--;
    assert_false(oc_issuer_matches(issuer, &id));
    id.issuer_key_hash.len++;
    struct oc_bytes name_hash = id.issuer_name_hash;
    id.issuer_name_hash = id.issuer_key_hash;
    assert_false(oc_issuer_matches(issuer, &id));
    id.issuer_key_hash = name_hash;
    id.issuer_name_hash = name_hash;
    assert_false(oc_issuer_matches(issuer, &id));
    id = (struct oc_cert_id){.hash = id.hash};
    assert_false(oc_issuer_matches(issuer, &id));
}

static void issuer_matches_by_each_hash(void **state)
{
    struct oc_issuer issuer;
    uint8_t hashes[2 * OC_HASH_MAX_LEN] = {0};
    (void)state;
    assert_int_equal(oc_issuer_init(&issuer, real, &fixture_cert(CERT_CA)->cert, NULL), OC_OK);
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++) {
        struct oc_cert_id id = make_id(hash, hashes);
        expect_only_exact_matches(&issuer, id);
        id.hash = OC_HASH_OTHER;
        assert_false(oc_issuer_matches(&issuer, &id));
        id.hash = hash == OC_HASH_SHA512 ? OC_HASH_SHA1 : (enum oc_hash)(hash + 1);
        assert_false(oc_issuer_matches(&issuer, &id));
        id.hash = (enum oc_hash)(OC_HASH_SHA512 + 1);
        assert_false(oc_issuer_matches(&issuer, &id));
    }
    oc_issuer_cleanup(&issuer);
}

static enum oc_err verify(const struct oc_issuer *issuer, const struct response_fixture *response,
                          struct oc_verdict *verdict, struct oc_error *err)
{
    struct oc_response resp;
    struct oc_policy policy;
    assert_int_equal(oc_response_parse(&resp, response_fixture_make(response, room), NULL), OC_OK);
    oc_policy_init(&policy, SIGN_NOW);
    memset(verdict, 0xff, sizeof *verdict);
    return oc_verify(&policy, issuer, serial_in_question(), &resp, verdict, err);
}

// A hash that is not available is zero, and matches nothing.
static void expect_no_match_by(const struct oc_issuer *issuer, enum oc_hash hash)
{
    static const uint8_t zeroes[OC_HASH_MAX_LEN];
    struct oc_cert_id id = {.hash = hash,
                            .issuer_name_hash = {zeroes, oc_hash_len(hash)},
                            .issuer_key_hash = {zeroes, oc_hash_len(hash)}};
    assert_false(oc_issuer_matches(issuer, &id));
}

// Each hash in turn is not available: its cert IDs match nothing, the others match.
static void table_lacks_a_hash(void **state)
{
    (void)state;
    for (enum oc_hash lacks = OC_HASH_SHA1; lacks <= OC_HASH_SHA512; lacks++) {
        struct faulty faulty = {.lacks = lacks};
        struct oc_issuer issuer;
        struct oc_verdict verdict;
        struct oc_error err;
        assert_int_equal(prepare(&faulty, &issuer, NULL), OC_OK);
        for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++) {
            struct response_fixture response = {.by_name = true, .said = {{.hash = hash}}};
            assert_int_equal(verify(&issuer, &response, &verdict, &err),
                             hash == lacks ? OC_ERR_NO_MATCH : OC_OK);
        }
        expect_no_match_by(&issuer, lacks);
        oc_issuer_cleanup(&issuer);
    }
}

static void expect_refused(struct faulty faulty, const struct response_fixture *response,
                           enum oc_err expected, const char *what)
{
    static const struct oc_verdict zero;
    struct oc_issuer issuer;
    struct oc_verdict verdict;
    struct oc_error err;
    assert_int_equal(prepare(&faulty, &issuer, NULL), OC_OK);
    memset(calls, 0, sizeof calls);
    enum oc_err code = verify(&issuer, response, &verdict, &err);
    assert_string_equal(oc_err_name(code), oc_err_name(expected));
    assert_int_equal(err.code, expected);
    assert_string_equal(err.what, what);
    assert_memory_equal(&verdict, &zero, sizeof zero);
    oc_issuer_cleanup(&issuer);
    assert_int_equal(keys, 0);
}

static const struct response_fixture by_issuer = {.by_name = true};
static const struct response_fixture by_delegate = {.certs = {CERT_DELEGATE}, .by_name = true};

static void verify_fails(void **state)
{
    static const char failed[] = "a signature could not be checked";
    static const char unknown[] =
        "a signature algorithm is unknown or not the key's (RFC 6960 4.3)";
    struct faulty faulty = {.verify_n = 1, .code = OC_ERR_CRYPTO};
    (void)state;
    expect_refused(faulty, &by_issuer, OC_ERR_CRYPTO, failed);
    expect_refused(faulty, &by_delegate, OC_ERR_CRYPTO, failed);
    faulty.verify_n = 2;
    expect_refused(faulty, &by_delegate, OC_ERR_CRYPTO, failed);
    faulty.code = OC_ERR_UNSUPPORTED;
    expect_refused(faulty, &by_delegate, OC_ERR_UNSUPPORTED, unknown);
    faulty.verify_n = 1;
    expect_refused(faulty, &by_delegate, OC_ERR_UNSUPPORTED, unknown);
    expect_refused(faulty, &by_issuer, OC_ERR_UNSUPPORTED, unknown);
    // A result that a table may not return is a failure of the table.
    faulty.code = OC_ERR_TRUNCATED;
    expect_refused(faulty, &by_issuer, OC_ERR_CRYPTO, failed);
}

// The table reports the `verify_n`th signature as wrong.
static void verify_says_no(void **state)
{
    struct faulty faulty = {.verify_n = 1, .code = OC_ERR_SIGNATURE};
    (void)state;
    expect_refused(faulty, &by_issuer, OC_ERR_SIGNATURE,
                   "the signature of the response is wrong (RFC 6960 3.2, 4.2.1)");
    expect_refused(faulty, &by_delegate, OC_ERR_DELEGATE_ISSUER,
                   "the signer's certificate is not issued by the issuer itself "
                   "(RFC 6960 4.2.2.2)");
}

static void delegate_key_cannot_be_used(void **state)
{
    static const char what[] = "the signer's key cannot be used (RFC 6960 4.3)";
    static const struct oc_verdict zero;
    (void)state;
    // The first key is the issuer's.
    struct faulty faulty = {.decode_n = 2};
    struct oc_issuer issuer;
    struct oc_verdict verdict;
    struct oc_error err;
    for (int i = 0; i < 2; i++) {
        faulty.code = i == 0 ? OC_ERR_UNSUPPORTED : OC_ERR_CRYPTO;
        assert_int_equal(prepare(&faulty, &issuer, NULL), OC_OK);
        assert_int_equal(verify(&issuer, &by_delegate, &verdict, &err), faulty.code);
        assert_string_equal(err.what, what);
        assert_memory_equal(&verdict, &zero, sizeof zero);
        oc_issuer_cleanup(&issuer);
        assert_int_equal(keys, 0);
    }
}

// The owner of a certificate cannot be found without the hash of its key.
static void hash_fails_while_verifying(void **state)
{
    static const struct response_fixture response = {.certs = {CERT_DELEGATE}};
    static const struct oc_verdict zero;
    struct faulty faulty = {.hash_n = 11, .code = OC_ERR_CRYPTO};
    struct oc_issuer issuer;
    struct oc_verdict verdict;
    struct oc_error err;
    (void)state;
    assert_int_equal(prepare(&faulty, &issuer, NULL), OC_OK);
    assert_int_equal(calls[HASH], 10);
    assert_int_equal(verify(&issuer, &response, &verdict, &err), OC_ERR_CRYPTO);
    assert_string_equal(err.what, "a signer's key cannot be hashed (RFC 6960 4.2.1)");
    assert_int_equal(calls[HASH], 11);
    assert_memory_equal(&verdict, &zero, sizeof zero);
    oc_issuer_cleanup(&issuer);
}

struct strength_case {
    struct oc_strength strength;
    bool sha1;
    bool small_rsa;
    enum oc_err code;
};

static const struct strength_case strengths[] = {
    {{256, OC_BITS_NONE}, .code = OC_OK},
    {{224, OC_BITS_NONE}, .code = OC_OK},
    {{223, OC_BITS_NONE}, .code = OC_ERR_WEAK_HASH},
    {{160, OC_BITS_NONE}, .code = OC_ERR_WEAK_HASH},
    {{160, OC_BITS_NONE}, .sha1 = true, .code = OC_OK},
    {{161, OC_BITS_NONE}, .sha1 = true, .code = OC_ERR_WEAK_HASH},
    {{159, OC_BITS_NONE}, .sha1 = true, .code = OC_ERR_WEAK_HASH},
    {{128, OC_BITS_NONE}, .sha1 = true, .code = OC_ERR_WEAK_HASH},
    {{0, OC_BITS_NONE}, .code = OC_ERR_WEAK_HASH},
    {{0, OC_BITS_NONE}, .sha1 = true, .code = OC_ERR_WEAK_HASH},
    {{OC_BITS_NONE, OC_BITS_NONE}, .code = OC_OK},
    {{256, 2048}, .code = OC_OK},
    {{256, 2047}, .code = OC_ERR_WEAK_KEY},
    {{256, 2047}, .sha1 = true, .code = OC_ERR_WEAK_KEY},
    {{256, 512}, .small_rsa = true, .code = OC_OK},
    {{160, 1024}, .small_rsa = true, .code = OC_ERR_WEAK_HASH},
    {{160, 1024}, .sha1 = true, .small_rsa = true, .code = OC_OK},
};

static void strength_at_the_borders(void **state)
{
    struct oc_response resp;
    (void)state;
    assert_int_equal(oc_response_parse(&resp, response_fixture_make(&by_issuer, room), NULL),
                     OC_OK);
    for (size_t i = 0; i < sizeof strengths / sizeof strengths[0]; i++) {
        const struct strength_case *c = &strengths[i];
        struct faulty faulty = {.strength = c->strength};
        struct oc_issuer issuer;
        struct oc_policy policy;
        struct oc_verdict verdict;
        assert_int_equal(prepare(&faulty, &issuer, NULL), OC_OK);
        oc_policy_init(&policy, SIGN_NOW);
        policy.insecure_allow_sha1 = c->sha1;
        policy.insecure_allow_small_rsa = c->small_rsa;
        enum oc_err code = oc_verify(&policy, &issuer, serial_in_question(), &resp, &verdict, NULL);
        if (code != c->code)
            fail_msg("%zu: %s", i, oc_err_name(code));
        oc_issuer_cleanup(&issuer);
    }
}

static int start(void **state)
{
    (void)state;
    fixture_certs_make();
    real = oc_openssl_new();
    room = malloc(MESSAGE_SIZE);
    return real == NULL || room == NULL;
}

static int stop(void **state)
{
    (void)state;
    free(room);
    oc_openssl_free(real);
    fixture_certs_free();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuer_key_cannot_be_used),
        cmocka_unit_test(issuer_cannot_be_hashed),
        cmocka_unit_test(issuer_key_is_unknown_to_libcrypto),
        cmocka_unit_test(issuer_of_zeroes_is_cleaned_up),
        cmocka_unit_test(issuer_matches_by_each_hash),
        cmocka_unit_test(table_lacks_a_hash),
        cmocka_unit_test(verify_fails),
        cmocka_unit_test(verify_says_no),
        cmocka_unit_test(delegate_key_cannot_be_used),
        cmocka_unit_test(hash_fails_while_verifying),
        cmocka_unit_test(strength_at_the_borders),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
