// SPDX-License-Identifier: MIT
//
// The parameters of RSASSA-PSS (RFC 4055 3.1): every valid combination, and invalid ones.
#include "fixture.h"

#include <ocsp/der.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>

#define OID(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct oc_bytes pss_oid = OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A");
static const struct oc_bytes mgf1_oid = OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08");
static const struct oc_bytes other_oid = OID("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B");

static const struct {
    const char *name;
    struct oc_bytes oid;
    unsigned bits;
} hashes[] = {
    {"SHA1", OID("\x2B\x0E\x03\x02\x1A"), 160},
    {"SHA224", OID("\x60\x86\x48\x01\x65\x03\x04\x02\x04"), 224},
    {"SHA256", OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), 256},
    {"SHA384", OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), 384},
    {"SHA512", OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), 512},
    {"SHA3-256", OID("\x60\x86\x48\x01\x65\x03\x04\x02\x08"), 256},
};
#define N_HASHES (sizeof hashes / sizeof *hashes)
enum { SHA1, SHA224, SHA256 };

static const struct oc_strength none;
static const struct oc_bytes message = {(const uint8_t *)"tbs data", 8};

static uint8_t room[256];

// struct params is the input of encode(); a member that is not set is absent.
struct params {
    struct oc_bytes hash;
    struct oc_bytes hash_parameters;
    struct oc_bytes mask;
    struct oc_bytes mask_hash;
    struct oc_bytes salt;     // content of the INTEGER
    struct oc_bytes trailer;  // the same
    struct oc_bytes tail;     // inside the sequence, after everything else
};

static const struct oc_bytes null_der = {(const uint8_t *)"\x05\x00", 2};
static const struct oc_bytes salt_32 = {(const uint8_t *)"\x20", 1};

static void write_tagged(struct oc_der_writer *w, unsigned tag, struct oc_bytes number)
{
    size_t mark = w->len;
    if (number.data == NULL)
        return;
    oc_der_write(w, OC_DER_INTEGER, number);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(tag), mark);
}

static struct oc_bytes encode(const struct params *p)
{
    struct oc_der_writer w;
    struct oc_bytes out;
    oc_der_writer_init(&w, room, sizeof room);
    oc_der_write_raw(&w, p->tail);
    write_tagged(&w, 3, p->trailer);
    write_tagged(&w, 2, p->salt);
    if (p->mask.data != NULL) {
        size_t mark = w.len;
        if (p->mask_hash.data != NULL) {
            oc_der_write_raw(&w, null_der);
            oc_der_write_oid(&w, p->mask_hash);
            oc_der_write_wrap(&w, OC_DER_SEQUENCE, mark);
        }
        oc_der_write_oid(&w, p->mask);
        oc_der_write_wrap(&w, OC_DER_SEQUENCE, mark);
        oc_der_write_wrap(&w, OC_DER_CONTEXT_CONSTRUCTED(1), mark);
    }
    if (p->hash.data != NULL) {
        size_t mark = w.len;
        oc_der_write_raw(&w, p->hash_parameters);
        oc_der_write_oid(&w, p->hash);
        oc_der_write_wrap(&w, OC_DER_SEQUENCE, mark);
        oc_der_write_wrap(&w, OC_DER_CONTEXT_CONSTRUCTED(0), mark);
    }
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    assert_int_equal(oc_der_writer_finish(&w, &out), OC_OK);
    return (struct oc_bytes){guard_at_end(&guard, out.data, out.len), out.len};
}

static struct params params_of(size_t hash, size_t mask, const struct oc_bytes *salt)
{
    return (struct params){hashes[hash].oid, null_der, mgf1_oid, hashes[mask].oid, *salt};
}

static void expect(enum key_id key, struct oc_bytes parameters, struct oc_bytes signature,
                   enum oc_err code, struct oc_strength strength)
{
    struct oc_algorithm id = {pss_oid, parameters};
    verify_expect(crypto, keys[key].key, &id, message, signature, code, strength);
}

// expect_one signs with SHA-256 in all places and 32 octets of salt.
static void expect_one(enum key_id key, const struct params *p, enum oc_err code)
{
    struct scheme scheme = {"SHA256", "SHA256", 32};
    struct oc_bytes signature = message_sign(keys[key].pair, scheme, message);
    expect(key, encode(p), signature, code, (struct oc_strength){256, 2048});
    OPENSSL_free((void *)(uintptr_t)signature.data);
}

// A signature with `hash`, `mask` and `len` is valid with exactly these parameters.
static void try_all_against(size_t hash, size_t mask, uint8_t len)
{
    struct scheme scheme = {hashes[hash].name, hashes[mask].name, len};
    struct oc_bytes signature = message_sign(keys[RSA_2048].pair, scheme, message);
    struct oc_bytes salt = {&len, 1};
    for (size_t h = 0; h < N_HASHES; h++)
        for (size_t m = 0; m < N_HASHES; m++) {
            struct params p = params_of(h, m, &salt);
            expect(RSA_2048, encode(&p), signature,
                   h == hash && m == mask ? OC_OK : OC_ERR_SIGNATURE,
                   (struct oc_strength){hashes[h].bits, 2048});
        }
    for (int other = -1; other <= 1; other += 2) {
        uint8_t other_len = (uint8_t)(len + other);
        struct oc_bytes other_salt = {&other_len, 1};
        struct params p = params_of(hash, mask, &other_salt);
        if (len + other >= 0)
            expect(RSA_2048, encode(&p), signature, OC_ERR_SIGNATURE, none);
    }
    OPENSSL_free((void *)(uintptr_t)signature.data);
}

static void each_hash_mask_and_salt(void **state)
{
    static const uint8_t lens[] = {0, 1, 20, 32, 64, 100};
    (void)state;
    for (size_t hash = 0; hash < N_HASHES; hash++)
        for (size_t mask = 0; mask < N_HASHES; mask++)
            for (size_t i = 0; i < sizeof lens; i++)
                try_all_against(hash, mask, lens[i]);
}

static void defaults(void **state)
{
    struct params empty = {.tail = {(const uint8_t *)"", 0}};
    struct params spelled = params_of(SHA1, SHA1, &(struct oc_bytes){(const uint8_t *)"\x14", 1});
    struct scheme scheme = {"SHA1", "SHA1", 20};
    struct oc_bytes signature = message_sign(keys[RSA_2048].pair, scheme, message);
    const struct oc_strength sha1 = {160, 2048};
    (void)state;
    spelled.trailer = (struct oc_bytes){(const uint8_t *)"\x01", 1};
    expect(RSA_2048, (struct oc_bytes){NULL, 0}, signature, OC_OK, sha1);
    expect(RSA_2048, encode(&empty), signature, OC_OK, sha1);
    expect(RSA_2048, encode(&spelled), signature, OC_OK, sha1);
    expect(RSA_2048, null_der, signature, OC_ERR_UNSUPPORTED, none);
    OPENSSL_free((void *)(uintptr_t)signature.data);
}

static void hash_parameters_absent(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    (void)state;
    p.hash_parameters = (struct oc_bytes){NULL, 0};
    expect_one(RSA_2048, &p, OC_OK);
}

static void hash_parameters_garbage(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    (void)state;
    p.hash_parameters = (struct oc_bytes){(const uint8_t *)"\x02\x01\x00", 3};
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
}

static void hash_that_is_none(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    (void)state;
    p.hash = other_oid;  // sha256WithRSAEncryption
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
    p.hash = (struct oc_bytes)OID("\x2A\x03\x04\x05\x06");
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
    p.hash = (struct oc_bytes)OID("\x60\x86\x48\x01\x65\x03\x04\x02\x0B");  // SHAKE128
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
}

static void mask_that_is_not_mgf1(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    (void)state;
    p.mask = other_oid;
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
}

static void mask_without_hash(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    (void)state;
    p.mask_hash = (struct oc_bytes){NULL, 0};
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
}

static void mask_with_unknown_hash(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    (void)state;
    p.mask_hash = other_oid;
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
}

static void salt_of_no_length(void **state)
{
    static const struct {
        struct oc_bytes salt;
        enum oc_err code;
    } cases[] = {
        {{(const uint8_t *)"\xFF", 1}, OC_ERR_UNSUPPORTED},                  // -1, the digest's
        {{(const uint8_t *)"\xFE", 1}, OC_ERR_UNSUPPORTED},                  // -2, any length
        {{(const uint8_t *)"\xE0", 1}, OC_ERR_UNSUPPORTED},                  // -32
        {{(const uint8_t *)"\x01\x00\x00\x00\x20", 5}, OC_ERR_UNSUPPORTED},  // 2^32 + 32
        {{(const uint8_t *)"\x00\xFF\xFF\xFF\xFF", 5}, OC_ERR_UNSUPPORTED},  // 2^32 - 1
        {{(const uint8_t *)"\x00\x20", 2}, OC_ERR_UNSUPPORTED},              // not minimal
        {{(const uint8_t *)"", 0}, OC_ERR_UNSUPPORTED},
        {{(const uint8_t *)"\x7F\xFF\xFF\xFF", 4}, OC_ERR_SIGNATURE},  // longer than the key
        {{(const uint8_t *)"\x01\x00", 2}, OC_ERR_SIGNATURE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct params p = params_of(SHA256, SHA256, &cases[i].salt);
        expect_one(RSA_2048, &p, cases[i].code);
    }
}

static void trailer_other_than_one(void **state)
{
    static const struct oc_bytes trailers[] = {
        {(const uint8_t *)"\x00", 1},
        {(const uint8_t *)"\x02", 1},
        {(const uint8_t *)"\xFF", 1},
        {(const uint8_t *)"\x01\x00\x00\x00\x01", 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trailers / sizeof *trailers; i++) {
        struct params p = params_of(SHA256, SHA256, &salt_32);
        p.trailer = trailers[i];
        expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
    }
}

static void trailing_octets(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    struct scheme scheme = {"SHA256", "SHA256", 32};
    struct oc_bytes signature = message_sign(keys[RSA_2048].pair, scheme, message);
    struct oc_bytes der = encode(&p);
    uint8_t longer[256] = {0};
    (void)state;
    memcpy(longer, der.data, der.len);
    expect(RSA_2048, (struct oc_bytes){longer, der.len + 1}, signature, OC_ERR_UNSUPPORTED, none);
    OPENSSL_free((void *)(uintptr_t)signature.data);
    p.tail = null_der;  // inside
    expect_one(RSA_2048, &p, OC_ERR_UNSUPPORTED);
}

static void parameters_cut_or_flipped(void **state)
{
    struct params p = params_of(SHA256, SHA256, &salt_32);
    struct scheme scheme = {"SHA256", "SHA256", 32};
    struct oc_bytes signature = message_sign(keys[RSA_2048].pair, scheme, message);
    struct oc_bytes der = encode(&p);
    uint8_t whole[256];
    struct oc_strength strength;
    (void)state;
    memcpy(whole, der.data, der.len);
    for (size_t len = 0; len < der.len; len++)
        expect(RSA_2048, (struct oc_bytes){guard_at_end(&guard, whole, len), len}, signature,
               OC_ERR_UNSUPPORTED, none);
    for (size_t bit = 0; bit < der.len * 8; bit++) {
        uint8_t *copy = guard_at_end(&guard, whole, der.len);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        struct oc_algorithm id = {pss_oid, {copy, der.len}};
        assert_int_not_equal(
            crypto->verify(crypto, keys[RSA_2048].key, &id, message, signature, &strength), OC_OK);
        assert_int_equal(strength.hash_bits, 0);
    }
    OPENSSL_free((void *)(uintptr_t)signature.data);
}

// RFC 4055 3.3: a key's parameters bind its signatures.
static void key_with_parameters(void **state)
{
    static const struct oc_bytes salt_31 = {(const uint8_t *)"\x1F", 1};
    struct params right = params_of(SHA256, SHA256, &salt_32);
    struct params other_hash = params_of(SHA224, SHA256, &salt_32);
    struct params other_mask = params_of(SHA256, SHA224, &salt_32);
    struct params short_salt = params_of(SHA256, SHA256, &salt_31);
    (void)state;
    expect_one(PSS_2048, &right, OC_OK);
    expect_one(PSS_2048_SHA256, &right, OC_OK);
    expect_one(PSS_2048_SHA256, &other_hash, OC_ERR_UNSUPPORTED);
    expect_one(PSS_2048_SHA256, &other_mask, OC_ERR_UNSUPPORTED);
    expect_one(PSS_2048_SHA256, &short_salt, OC_ERR_UNSUPPORTED);
}

static void error_queue_of_the_caller(void **state)
{
    (void)state;
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 41);
    parameters_cut_or_flipped(NULL);
    key_with_parameters(NULL);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
    assert_int_equal(ERR_get_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hash_mask_and_salt), cmocka_unit_test(defaults),
        cmocka_unit_test(hash_parameters_absent),  cmocka_unit_test(hash_parameters_garbage),
        cmocka_unit_test(hash_that_is_none),       cmocka_unit_test(mask_that_is_not_mgf1),
        cmocka_unit_test(mask_without_hash),       cmocka_unit_test(mask_with_unknown_hash),
        cmocka_unit_test(salt_of_no_length),       cmocka_unit_test(trailer_other_than_one),
        cmocka_unit_test(trailing_octets),         cmocka_unit_test(parameters_cut_or_flipped),
        cmocka_unit_test(key_with_parameters),     cmocka_unit_test(error_queue_of_the_caller),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
