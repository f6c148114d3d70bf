// SPDX-License-Identifier: MIT
//
// Tables of cryptographic functions that fail or lie while signing: no message is returned.
#include "response_fixture.h"

#include <ocsp/sign.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// struct faulty is a table whose signature is octets 0x5A, as many as the test sets.
struct faulty {
    struct oc_crypto crypto;  // first, so that the functions find the rest from it
    enum oc_err hash_code;
    enum oc_err check_code;
    enum oc_err sign_code;
    struct oc_strength strength;
    size_t max_len;
    size_t len;
};

static uint8_t *room;

static enum oc_err faulty_hash(const struct oc_crypto *crypto, enum oc_hash hash,
                               struct oc_bytes data, uint8_t *out)
{
    (void)data;
    memset(out, 0x11, oc_hash_len(hash));
    return ((const struct faulty *)crypto)->hash_code;
}

static enum oc_err faulty_check(const struct oc_crypto *crypto, const struct oc_private_key *key,
                                struct oc_bytes spki, const struct oc_algorithm *algorithm,
                                struct oc_strength *strength, size_t *max_len)
{
    const struct faulty *self = (const struct faulty *)crypto;
    (void)key;
    (void)spki;
    (void)algorithm;
    *strength = self->strength;
    *max_len = self->max_len;
    return self->check_code;
}

static enum oc_err faulty_sign(const struct oc_crypto *crypto, const struct oc_private_key *key,
                               const struct oc_algorithm *algorithm, struct oc_bytes message,
                               uint8_t *out, size_t *len)
{
    const struct faulty *self = (const struct faulty *)crypto;
    (void)key;
    (void)algorithm;
    (void)message;
    assert_true(*len >= self->max_len);
    if (self->len <= *len)
        memset(out, 0x5A, self->len);
    *len = self->len;
    return self->sign_code;
}

// A member that is not set means the valid value.
static struct faulty working(void)
{
    return (struct faulty){
        .crypto = {.hash = faulty_hash, .sign_check = faulty_check, .sign = faulty_sign},
        .strength = {256, OC_BITS_NONE},
        .max_len = 72,
        .len = 70,
    };
}

static enum oc_err start_signer(const struct faulty *table, struct oc_signer *signer,
                                struct oc_error *err)
{
    memset(signer, 0xff, sizeof *signer);
    return oc_signer_init(signer, &table->crypto, NULL, &fixture_cert(CERT_DELEGATE)->cert, NULL,
                          err);
}

static void expect_no_signer(const struct faulty *table, enum oc_err code, const char *what)
{
    static const struct oc_signer zero;
    struct oc_signer signer;
    struct oc_error err;
    assert_int_equal(start_signer(table, &signer, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_memory_equal(&signer, &zero, sizeof zero);
}

static void check_fails(void **state)
{
    static const char cannot[] = "the key cannot sign by this algorithm (RFC 6960 4.3)";
    struct faulty table = working();
    (void)state;
    table.check_code = OC_ERR_UNSUPPORTED;
    expect_no_signer(&table, OC_ERR_UNSUPPORTED, cannot);
    table.check_code = OC_ERR_CRYPTO;
    expect_no_signer(&table, OC_ERR_CRYPTO, cannot);
    table.check_code = OC_ERR_KEY_MISMATCH;
    expect_no_signer(&table, OC_ERR_KEY_MISMATCH,
                     "the private key is not that of the signer's certificate");
}

static void hash_fails(void **state)
{
    struct faulty table = working();
    (void)state;
    table.hash_code = OC_ERR_UNSUPPORTED;
    expect_no_signer(&table, OC_ERR_UNSUPPORTED,
                     "the signer's key cannot be hashed (RFC 6960 4.2.1)");
}

// A table that does not set the strength of its signatures is refused, too.
static void strength_at_the_borders(void **state)
{
    static const char weak_hash[] = "signatures with SHA-1 or a weaker hash are not believed "
                                    "(RFC 6960 5.1.1)";
    static const char weak_key[] = "signatures with an RSA key below 2048 bits are not believed "
                                   "(RFC 6960 5.1.1)";
    struct faulty table = working();
    struct oc_signer signer;
    (void)state;
    table.strength = (struct oc_strength){0, 0};
    expect_no_signer(&table, OC_ERR_WEAK_HASH, weak_hash);
    table.strength = (struct oc_strength){160, OC_BITS_NONE};
    expect_no_signer(&table, OC_ERR_WEAK_HASH, weak_hash);
    table.strength = (struct oc_strength){223, OC_BITS_NONE};
    expect_no_signer(&table, OC_ERR_WEAK_HASH, weak_hash);
    table.strength = (struct oc_strength){224, 2047};
    expect_no_signer(&table, OC_ERR_WEAK_KEY, weak_key);
    table.strength = (struct oc_strength){224, 0};
    expect_no_signer(&table, OC_ERR_WEAK_KEY, weak_key);
    table.strength = (struct oc_strength){224, 2048};
    assert_int_equal(start_signer(&table, &signer, NULL), OC_OK);
    table.strength = (struct oc_strength){OC_BITS_NONE, OC_BITS_NONE};
    assert_int_equal(start_signer(&table, &signer, NULL), OC_OK);
}

static enum oc_err sign_with(struct faulty *table, size_t size, struct oc_bytes *der,
                             struct oc_error *err)
{
    static const uint8_t hash[32] = {0};
    const struct oc_single_response single = {
        .id = {OC_HASH_SHA256, .issuer_name_hash = {hash, 32}, .issuer_key_hash = {hash, 32},
               .serial = {hash, 1}},
        .status = OC_CERT_STATUS_GOOD,
        .this_update = SIGN_NOW,
    };
    const struct oc_response_spec spec = {
        .produced_at = SIGN_NOW, .responses = &single, .n_responses = 1};
    struct oc_signer signer;
    assert_int_equal(start_signer(table, &signer, NULL), OC_OK);
    *der = (struct oc_bytes){room, 1};
    return oc_response_sign(&signer, &spec, room, size, der, err);
}

static void sign_fails(void **state)
{
    static const enum oc_err codes[] = {OC_ERR_UNSUPPORTED, OC_ERR_CRYPTO};
    struct oc_bytes der;
    struct oc_error err;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct faulty table = working();
        table.sign_code = codes[i];
        assert_int_equal(sign_with(&table, MESSAGE_SIZE, &der, &err), codes[i]);
        assert_string_equal(err.what, "cannot sign with the key (RFC 6960 4.3)");
        assert_null(der.data);
    }
}

// With a length beyond the buffer, memory outside the signature would be read.
static void length_is_a_lie(void **state)
{
    struct faulty table = working();
    struct oc_bytes der;
    struct oc_error err;
    (void)state;
    table.len = MESSAGE_SIZE;
    assert_int_equal(sign_with(&table, MESSAGE_SIZE, &der, &err), OC_ERR_CRYPTO);
    assert_string_equal(err.what, "cannot sign with the key (RFC 6960 4.3)");
    assert_null(der.data);
    table.len = SIZE_MAX;
    assert_int_equal(sign_with(&table, MESSAGE_SIZE, &der, &err), OC_ERR_CRYPTO);
}

static void signature_goes_where_it_belongs(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 72; len++) {
        struct faulty table = working();
        struct oc_response resp;
        struct oc_bytes der;
        table.len = len;
        assert_int_equal(sign_with(&table, MESSAGE_SIZE, &der, NULL), OC_OK);
        assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
        assert_int_equal(resp.signature.value.len, len);
        for (size_t i = 0; i < len; i++)
            assert_int_equal(resp.signature.value.data[i], 0x5A);
    }
}

static int start(void **state)
{
    (void)state;
    fixture_certs_make();
    room = malloc(MESSAGE_SIZE);
    return room == NULL;
}

static int stop(void **state)
{
    (void)state;
    free(room);
    fixture_certs_free();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_fails),
        cmocka_unit_test(hash_fails),
        cmocka_unit_test(strength_at_the_borders),
        cmocka_unit_test(sign_fails),
        cmocka_unit_test(length_is_a_lie),
        cmocka_unit_test(signature_goes_where_it_belongs),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
