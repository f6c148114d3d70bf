// SPDX-License-Identifier: MIT
//
// Private keys and certificates from texts and files: every form of them, valid and invalid. The
// texts are made by libcrypto.
#include "guard.h"
#include "sign.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#define SECRET "correct horse"
#define MISSING "missing passphrase for the private key"
#define WRONG "the passphrase is not that of the private key"
#define NO_KEY "cannot find a readable private key"
#define SEVERAL "there are several private keys"
#define NO_CERT "cannot find a readable certificate"
#define BROKEN_CERT "a certificate cannot be read"

static EVP_PKEY *pkey;
static EVP_PKEY *rsa;
static struct sign_cert certs[2];
static BIO *text;  // the input of the current case
static struct guard guard;

static int start(void **state)
{
    (void)state;
    pkey = sign_key_ec();
    rsa = sign_key_rsa(2048);
    for (size_t i = 0; i < 2; i++)
        sign_cert(
            &(struct sign_cert_spec){
                .subject = i == 0 ? "one" : "two", .issuer = "one", .key = pkey, .signer = pkey},
            &certs[i]);
    text = BIO_new(BIO_s_mem());
    guard_init(&guard, 65536);
    return text != NULL ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    guard_free(&guard);
    BIO_free(text);
    for (size_t i = 0; i < 2; i++)
        sign_cert_free(&certs[i]);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(pkey);
    return 0;
}

static int empty_text(void **state)
{
    (void)state;
    return BIO_reset(text) == 1 ? 0 : -1;
}

// content returns the text up to now, at a guard page.
static struct oc_bytes content(void)
{
    char *data;
    long len = BIO_get_mem_data(text, &data);
    assert_in_range(len, 0, 65536);
    return (struct oc_bytes){guard_at_end(&guard, (const uint8_t *)data, (size_t)len), (size_t)len};
}

static void put(const char *line)
{
    assert_int_equal(BIO_puts(text, line), strlen(line));
}

static void put_cert(size_t i)
{
    struct oc_bytes der = certs[i].cert.der;
    assert_true(PEM_write_bio(text, "CERTIFICATE", "", der.data, (long)der.len) > 0);
}

static void put_der(struct oc_bytes der)
{
    assert_int_equal(BIO_write(text, der.data, (int)der.len), der.len);
}

static void put_key(void)
{
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(text, pkey, NULL, NULL, 0, NULL, NULL), 1);
}

static void put_encrypted_key(void)
{
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(text, pkey, EVP_aes_256_cbc(), SECRET,
                                                   (int)strlen(SECRET), NULL, NULL),
                     1);
}

static void put_legacy_key(EVP_PKEY *key)
{
    const unsigned char *secret = (const unsigned char *)SECRET;
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(text, key, EVP_aes_128_cbc(), secret,
                                                          (int)strlen(SECRET), NULL, NULL),
                     1);
}

static void put_encrypted_der(void)
{
    assert_int_equal(i2d_PKCS8PrivateKey_bio(text, pkey, EVP_aes_256_cbc(), SECRET,
                                             (int)strlen(SECRET), NULL, NULL),
                     1);
}

static void put_pkcs12(const char *secret)
{
    X509 *made[2];
    STACK_OF(X509) *others = sk_X509_new_null();
    for (size_t i = 0; i < 2; i++) {
        const unsigned char *at = certs[i].cert.der.data;
        made[i] = d2i_X509(NULL, &at, (long)certs[i].cert.der.len);
        assert_non_null(made[i]);
    }
    assert_true(sk_X509_push(others, made[1]) > 0);
    PKCS12 *p12 = PKCS12_create(secret, "name", pkey, made[0], others, 0, 0, 0, 0, 0);
    assert_non_null(p12);
    assert_int_equal(i2d_PKCS12_bio(text, p12), 1);
    PKCS12_free(p12);
    sk_X509_pop_free(others, X509_free);
    X509_free(made[0]);
}

// struct asked is a passphrase, and the number of times that it was asked for.
struct asked {
    const char *secret;  // NULL: none
    int answer;          // 0: the length of the secret
    unsigned n;
};

static int answer(void *arg, char *buf, size_t size)
{
    struct asked *asked = arg;
    asked->n++;
    if (asked->secret == NULL)
        return asked->answer;
    assert_in_range(strlen(asked->secret), 0, size);
    memcpy(buf, asked->secret, strlen(asked->secret));
    return asked->answer != 0 ? asked->answer : (int)strlen(asked->secret);
}

// expect_result checks the result of one of the functions for keys, and frees it.
static void expect_result(enum oc_err result, struct oc_private_key *key,
                          const struct oc_error *err, EVP_PKEY *wanted, enum oc_err code,
                          const char *what)
{
    assert_string_equal(oc_err_name(result), oc_err_name(code));
    assert_true((key != NULL) == (code == OC_OK));
    if (code != OC_OK) {
        assert_int_equal(err->code, code);
        assert_int_equal(err->offset, 0);
        assert_string_equal(err->what, what);
        return;
    }
    static const uint8_t ecdsa[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
    static const uint8_t rsa_oid[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B};
    const struct oc_algorithm ids[] = {{{ecdsa, sizeof ecdsa}, {NULL, 0}},
                                       {{rsa_oid, sizeof rsa_oid}, {NULL, 0}}};
    unsigned char *spki = NULL;
    int len = i2d_PUBKEY(wanted, &spki);
    struct oc_crypto *crypto = oc_openssl_new();
    struct oc_strength strength;
    size_t max_len;
    assert_int_equal(crypto->sign_check(crypto, key, (struct oc_bytes){spki, (size_t)len},
                                        &ids[wanted == rsa], &strength, &max_len),
                     OC_OK);
    oc_openssl_free(crypto);
    OPENSSL_free(spki);
    oc_openssl_key_free(key);
}

static const struct oc_error untouched = {OC_OK, 4711, NULL};

// expect_key reads the text with the passphrase `secret`, or without one when it is NULL.
static void expect_key_of(EVP_PKEY *wanted, const char *secret, enum oc_err code, const char *what)
{
    struct asked asked = {.secret = secret};
    struct oc_openssl_passphrase passphrase = {answer, &asked};
    struct oc_private_key *key = (struct oc_private_key *)(uintptr_t)&passphrase;
    struct oc_error err = untouched;
    enum oc_err result =
        oc_openssl_key_read(content(), secret != NULL ? &passphrase : NULL, &key, &err);
    expect_result(result, key, &err, wanted, code, what);
    key = NULL;
    assert_int_equal(
        oc_openssl_key_read(content(), secret != NULL ? &passphrase : NULL, &key, NULL), code);
    oc_openssl_key_free(key);
    assert_in_range(asked.n, 0, 2);
}

static void expect_key(const char *secret, enum oc_err code, const char *what)
{
    expect_key_of(pkey, secret, code, what);
}

// expect_passphrase tries the right one, a wrong one and none.
static void expect_passphrase(EVP_PKEY *wanted)
{
    expect_key_of(wanted, SECRET, OC_OK, NULL);
    expect_key_of(wanted, "wrong", OC_ERR_PASSPHRASE, WRONG);
    expect_key_of(wanted, "", OC_ERR_PASSPHRASE, WRONG);
    expect_key_of(wanted, NULL, OC_ERR_PASSPHRASE, MISSING);
}

static void key_pkcs8(void **state)
{
    (void)state;
    put_key();
    expect_key(NULL, OC_OK, NULL);
    expect_key("not needed", OC_OK, NULL);
}

static void key_pkcs8_encrypted(void **state)
{
    (void)state;
    put_encrypted_key();
    expect_passphrase(pkey);
}

static void key_pkcs8_der(void **state)
{
    (void)state;
    assert_int_equal(i2d_PKCS8PrivateKey_bio(text, pkey, NULL, NULL, 0, NULL, NULL), 1);
    expect_key(NULL, OC_OK, NULL);
}

static void key_pkcs8_der_encrypted(void **state)
{
    (void)state;
    put_encrypted_der();
    expect_passphrase(pkey);
}

static void key_older_forms(void **state)
{
    EVP_PKEY *pairs[] = {pkey, rsa};
    for (size_t i = 0; i < 2; i++) {
        empty_text(state);
        assert_int_equal(
            PEM_write_bio_PrivateKey_traditional(text, pairs[i], NULL, NULL, 0, NULL, NULL), 1);
        expect_key_of(pairs[i], NULL, OC_OK, NULL);
        empty_text(state);
        assert_true(i2d_PrivateKey_bio(text, pairs[i]) == 1);
        expect_key_of(pairs[i], NULL, OC_OK, NULL);
    }
}

static void key_older_forms_encrypted(void **state)
{
    put_legacy_key(pkey);
    expect_passphrase(pkey);
    empty_text(state);
    put_legacy_key(rsa);
    expect_passphrase(rsa);
}

static void key_pkcs12(void **state)
{
    (void)state;
    put_pkcs12(SECRET);
    expect_passphrase(pkey);
}

static void key_pkcs12_without_passphrase(void **state)
{
    (void)state;
    put_pkcs12("");
    expect_key(NULL, OC_OK, NULL);
}

static void key_among_certificates(void **state)
{
    (void)state;
    put("some words in front\n");
    put_cert(0);
    put_key();
    put_cert(1);
    put("and behind\n\n\n");
    expect_key(NULL, OC_OK, NULL);
}

static void key_encrypted_among_certificates(void **state)
{
    (void)state;
    put_cert(0);
    put_encrypted_key();
    put_cert(1);
    expect_passphrase(pkey);
}

static void key_behind_ec_parameters(void **state)
{
    (void)state;
    put("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
    expect_key(NULL, OC_ERR_READ, NO_KEY);
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(text, pkey, NULL, NULL, 0, NULL, NULL),
                     1);
    expect_key(NULL, OC_OK, NULL);
}

static void key_with_crlf(void **state)
{
    char *data;
    char lines[4096];
    size_t n = 0;
    put_cert(0);
    put_key();
    long len = BIO_get_mem_data(text, &data);
    for (long i = 0; i < len; i++) {
        if (data[i] == '\n')
            lines[n++] = '\r';
        lines[n++] = data[i];
    }
    lines[n] = '\0';
    empty_text(state);
    put(lines);
    expect_key(NULL, OC_OK, NULL);
}

static void keys_two(void **state)
{
    put_key();
    put_key();
    expect_key(NULL, OC_ERR_DUPLICATE, SEVERAL);
    empty_text(state);
    put_key();
    put_cert(0);
    put_encrypted_key();
    expect_key(SECRET, OC_ERR_DUPLICATE, SEVERAL);
    expect_key(NULL, OC_ERR_DUPLICATE, SEVERAL);
    empty_text(state);
    assert_int_equal(i2d_PrivateKey_bio(text, pkey), 1);
    assert_int_equal(i2d_PrivateKey_bio(text, pkey), 1);
    expect_key(NULL, OC_ERR_DUPLICATE, SEVERAL);
}

static void key_public_only(void **state)
{
    assert_int_equal(PEM_write_bio_PUBKEY(text, pkey), 1);
    expect_key(NULL, OC_ERR_READ, NO_KEY);
    empty_text(state);
    assert_int_equal(i2d_PUBKEY_bio(text, pkey), 1);
    expect_key(NULL, OC_ERR_READ, NO_KEY);
}

static void key_missing(void **state)
{
    put_cert(0);
    expect_key(SECRET, OC_ERR_READ, NO_KEY);
    empty_text(state);
    put_der(certs[0].cert.der);
    expect_key(SECRET, OC_ERR_READ, NO_KEY);
}

// expect_no_prefix checks that no prefix of the text is a key; `by` octets are cut at a time.
static void expect_no_prefix(size_t by)
{
    struct oc_bytes whole = content();
    uint8_t copy[4096];
    assert_in_range(whole.len, 20, sizeof copy);
    memcpy(copy, whole.data, whole.len);
    for (size_t len = 0; len + 2 < whole.len; len += by) {
        struct oc_bytes cut = {guard_at_end(&guard, copy, len), len};
        struct oc_private_key *key;
        struct oc_list list;
        assert_int_equal(oc_openssl_key_read(cut, NULL, &key, NULL), OC_ERR_READ);
        assert_null(key);
        assert_int_equal(oc_openssl_certs_read(cut, &list, NULL), OC_ERR_READ);
        assert_null(list.items.data);
    }
}

static void key_cut(void **state)
{
    put_key();
    expect_no_prefix(3);
    empty_text(state);
    assert_int_equal(i2d_PKCS8PrivateKey_bio(text, pkey, NULL, NULL, 0, NULL, NULL), 1);
    expect_no_prefix(1);
    empty_text(state);
    put_pkcs12("");
    expect_no_prefix(7);
}

static void key_broken(void **state)
{
    (void)state;
    put("-----BEGIN PRIVATE KEY-----\nMAAwAA==\n-----END PRIVATE KEY-----\n");
    expect_key(SECRET, OC_ERR_READ, NO_KEY);
}

static void text_empty_or_absent(void **state)
{
    struct oc_private_key *key;
    struct oc_list list;
    (void)state;
    expect_key(NULL, OC_ERR_READ, "the text is empty");
    assert_int_equal(oc_openssl_key_read((struct oc_bytes){NULL, 0}, NULL, &key, NULL),
                     OC_ERR_READ);
    assert_int_equal(oc_openssl_certs_read((struct oc_bytes){NULL, 0}, &list, NULL), OC_ERR_READ);
}

static void text_of_rubbish(void **state)
{
    static uint8_t octets[20000];
    uint32_t x = 1;
    struct oc_list list;
    (void)state;
    for (size_t i = 0; i < sizeof octets; i++) {
        x = x * 1664525 + 1013904223;
        octets[i] = (uint8_t)(x >> 24);
    }
    put_der((struct oc_bytes){octets, sizeof octets});
    expect_key(SECRET, OC_ERR_READ, NO_KEY);
    assert_int_equal(oc_openssl_certs_read(content(), &list, NULL), OC_ERR_READ);
}

static void text_too_long(void **state)
{
    uint8_t *octets = calloc(1, OC_OPENSSL_MAX_LEN + 1);
    struct oc_bytes longer = {octets, OC_OPENSSL_MAX_LEN + 1};
    struct oc_private_key *key;
    struct oc_list list;
    (void)state;
    assert_non_null(octets);
    assert_int_equal(oc_openssl_key_read(longer, NULL, &key, NULL), OC_ERR_LIMIT);
    assert_null(key);
    assert_int_equal(oc_openssl_certs_read(longer, &list, NULL), OC_ERR_LIMIT);
    longer.len--;
    assert_int_equal(oc_openssl_key_read(longer, NULL, &key, NULL), OC_ERR_READ);
    assert_int_equal(oc_openssl_certs_read(longer, &list, NULL), OC_ERR_READ);
    free(octets);
}

// A caller who has no passphrase is asked only once.
static void passphrase_that_is_none(void **state)
{
    static const int answers[] = {-1, -4711, 100000};
    void (*const forms[])(void) = {put_encrypted_key, put_encrypted_der};
    for (size_t f = 0; f < 2; f++) {
        empty_text(state);
        forms[f]();
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
            struct asked asked = {.answer = answers[i]};
            struct oc_openssl_passphrase passphrase = {answer, &asked};
            struct oc_private_key *key;
            struct oc_error err = untouched;
            enum oc_err result = oc_openssl_key_read(content(), &passphrase, &key, &err);
            expect_result(result, key, &err, NULL, OC_ERR_PASSPHRASE, MISSING);
            assert_int_equal(asked.n, 1);
        }
    }
}

static void passphrase_not_asked_for(void **state)
{
    struct asked asked = {.secret = SECRET};
    struct oc_openssl_passphrase passphrase = {answer, &asked};
    struct oc_private_key *key;
    (void)state;
    put_cert(0);
    put_key();
    assert_int_equal(oc_openssl_key_read(content(), &passphrase, &key, NULL), OC_OK);
    oc_openssl_key_free(key);
    assert_int_equal(asked.n, 0);
}

// expect_list expects these certificates and no others, `order` being their numbers.
static void expect_list(enum oc_err result, struct oc_list *list, const char *order)
{
    size_t at = 0;
    struct oc_bytes der;
    assert_string_equal(oc_err_name(result), "ok");
    assert_int_equal(list->n, strlen(order));
    for (; *order != '\0'; order++) {
        assert_true(oc_cert_next(list, &at, &der));
        assert_true(oc_bytes_equal(der, certs[*order - '0'].cert.der));
    }
    assert_false(oc_cert_next(list, &at, &der));
    oc_openssl_certs_free(list);
    assert_null(list->items.data);
    assert_int_equal(list->n, 0);
    oc_openssl_certs_free(list);
}

static void expect_certs(const char *order)
{
    struct oc_list list;
    enum oc_err result = oc_openssl_certs_read(content(), &list, NULL);
    expect_list(result, &list, order);
}

static void expect_no_certs(const char *what)
{
    struct oc_list list = {{(const uint8_t *)"", 1}, 1};
    struct oc_error err = untouched;
    assert_string_equal(oc_err_name(oc_openssl_certs_read(content(), &list, &err)), "read");
    assert_null(list.items.data);
    assert_int_equal(list.items.len, 0);
    assert_int_equal(list.n, 0);
    assert_int_equal(err.code, OC_ERR_READ);
    assert_int_equal(err.offset, 0);
    assert_string_equal(err.what, what);
}

static void certs_pem(void **state)
{
    (void)state;
    put("words\n");
    put_cert(1);
    expect_certs("1");
    put("words\n\n");
    put_cert(0);
    put("words\n");
    put_cert(1);
    expect_certs("101");
    put("words\n\n");
    expect_certs("101");
}

static void certs_der(void **state)
{
    (void)state;
    put_der(certs[0].cert.der);
    expect_certs("0");
    put_der(certs[1].cert.der);
    expect_certs("01");
}

static void certs_beside_keys(void **state)
{
    (void)state;
    put_key();
    put_cert(0);
    put_encrypted_key();
    put_cert(1);
    put_legacy_key(rsa);
    assert_int_equal(PEM_write_bio_PUBKEY(text, pkey), 1);
    expect_certs("01");
}

static void certs_beside_other_blocks(void **state)
{
    (void)state;
    put_cert(0);
    put("-----BEGIN SOMETHING-----\nMAAwAA==\n-----END SOMETHING-----\n");
    put_cert(1);
    expect_certs("01");
}

static void put_other_blocks(size_t n)
{
    for (size_t i = 0; i < n; i++)
        put("-----BEGIN SOMETHING-----\nMAAwAA==\n-----END SOMETHING-----\n");
}

static void certs_behind_many_other_blocks(void **state)
{
    (void)state;
    put_other_blocks(250);
    put_cert(0);
    expect_certs("0");
    put_key();
    expect_key(NULL, OC_OK, NULL);
}

static void certs_behind_too_many_other_blocks(void **state)
{
    (void)state;
    put_cert(0);
    put_other_blocks(800);
    put_cert(1);
    expect_no_certs(BROKEN_CERT);
}

static void certs_other_labels(void **state)
{
    struct oc_bytes der = certs[0].cert.der;
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long)der.len);
    (void)state;
    assert_true(PEM_write_bio(text, "X509 CERTIFICATE", "", der.data, (long)der.len) > 0);
    assert_int_equal(PEM_write_bio_X509_AUX(text, cert), 1);
    X509_free(cert);
    expect_certs("00");
}

static void certs_pkcs12(void **state)
{
    put_pkcs12("");
    expect_certs("01");
    empty_text(state);
    put_pkcs12(SECRET);
    expect_no_certs("the certificates need a passphrase");
}

static void certs_none(void **state)
{
    put_key();
    expect_no_certs(NO_CERT);
    empty_text(state);
    put("nothing at all\n");
    expect_no_certs(NO_CERT);
}

static void certs_one_broken(void **state)
{
    static const char *const broken[] = {
        "-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nM!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAAwAA==\n",
        "-----BEGIN CERTIFICATE-----\r\n",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN TRUSTED CERTIFICATE-----\nMAAwAA==\n-----END TRUSTED CERTIFICATE-----\n",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        for (unsigned where = 0; where < 4; where++) {
            empty_text(state);
            if (where & 1)
                put_cert(0);
            put(broken[i]);
            if (where & 2)
                put_cert(1);
            expect_no_certs(BROKEN_CERT);
        }
}

static void certs_without_end(void **state)
{
    put_cert(0);
    struct oc_bytes whole = content();
    char lines[4096];
    const size_t end = strlen("-----END CERTIFICATE-----\n");
    assert_in_range(whole.len, end, sizeof lines - 1);
    memcpy(lines, whole.data, whole.len - end);
    lines[whole.len - end] = '\0';
    empty_text(state);
    put(lines);
    expect_no_certs(BROKEN_CERT);
    put_cert(1);
    expect_no_certs(BROKEN_CERT);
    put_cert(1);
    expect_no_certs(BROKEN_CERT);
}

// As `cat one.pem two.pem` makes it.
static void certs_without_a_newline_between(void **state)
{
    put_cert(0);
    struct oc_bytes whole = content();
    char lines[4096];
    assert_in_range(whole.len, 1, sizeof lines);
    memcpy(lines, whole.data, whole.len - 1);
    lines[whole.len - 1] = '\0';
    empty_text(state);
    put(lines);
    expect_certs("0");
    put_cert(1);
    expect_no_certs(BROKEN_CERT);
    put_cert(0);
    expect_no_certs(BROKEN_CERT);
}

static void certs_cut(void **state)
{
    put_cert(0);
    expect_no_prefix(5);
    empty_text(state);
    put_der(certs[0].cert.der);
    expect_no_prefix(1);
}

static void certs_der_with_octets_behind(void **state)
{
    struct oc_bytes half = {certs[1].cert.der.data, certs[1].cert.der.len / 2};
    put_der(certs[0].cert.der);
    put("x\n");
    expect_no_certs(BROKEN_CERT);
    empty_text(state);
    put_der(certs[0].cert.der);
    put_der(half);
    expect_no_certs(BROKEN_CERT);
}

static void errors_of_the_caller(void **state)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 41);
    ERR_raise(ERR_LIB_USER, 42);
    key_pkcs8_encrypted(state);
    empty_text(state);
    key_pkcs12(state);
    empty_text(state);
    text_of_rubbish(state);
    certs_one_broken(state);
    empty_text(state);
    certs_beside_keys(state);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_get_error(), 0);
}

// struct file is a file with the text in it, and a URI for it.
struct file {
    char path[64];
    char uri[96];
};

static void file_make(struct file *file, const char *prefix)
{
    struct oc_bytes octets = content();
    strcpy(file->path, "/tmp/ocsp-load-XXXXXX");
    int fd = mkstemp(file->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, octets.data, octets.len), octets.len);
    close(fd);
    snprintf(file->uri, sizeof file->uri, "%s%s", prefix, file->path);
}

static void files(void **state)
{
    static const char *const prefixes[] = {"", "file:", "file://", "file://localhost", "FILE:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct file file;
        struct oc_private_key *key;
        struct oc_list list;
        struct asked asked = {.secret = SECRET};
        struct oc_openssl_passphrase passphrase = {answer, &asked};
        struct oc_error err = untouched;
        empty_text(state);
        put_cert(0);
        put_encrypted_key();
        put_cert(1);
        file_make(&file, prefixes[i]);
        enum oc_err result = oc_openssl_key_open(file.uri, &passphrase, &key, &err);
        expect_result(result, key, &err, pkey, OC_OK, NULL);
        result = oc_openssl_key_open(file.uri, NULL, &key, &err);
        expect_result(result, key, &err, pkey, OC_ERR_PASSPHRASE, MISSING);
        expect_list(oc_openssl_certs_open(file.uri, &list, NULL), &list, "01");
        unlink(file.path);
    }
}

static void file_with_a_broken_certificate(void **state)
{
    static const char *const prefixes[] = {"", "file:"};
    struct oc_list list;
    struct oc_error err;
    (void)state;
    put_cert(0);
    put("-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n");
    put_cert(1);
    for (size_t i = 0; i < 2; i++) {
        struct file file;
        file_make(&file, prefixes[i]);
        assert_int_equal(oc_openssl_certs_open(file.uri, &list, &err), OC_ERR_READ);
        assert_string_equal(err.what, BROKEN_CERT);
        unlink(file.path);
    }
}

static void file_too_long(void **state)
{
    struct file file;
    struct oc_private_key *key;
    struct oc_list list;
    struct oc_error err;
    (void)state;
    put_key();
    file_make(&file, "");
    assert_int_equal(truncate(file.path, (off_t)OC_OPENSSL_MAX_LEN + 1), 0);
    enum oc_err result = oc_openssl_key_open(file.uri, NULL, &key, &err);
    expect_result(result, key, &err, NULL, OC_ERR_LIMIT, "the file is too long");
    assert_int_equal(oc_openssl_certs_open(file.uri, &list, NULL), OC_ERR_LIMIT);
    unlink(file.path);
}

static void file_that_cannot_be_read(void **state)
{
    static const struct {
        const char *uri;
        const char *key;
        const char *cert;
    } cases[] = {
        {"/nonexistent/key.pem", "the file cannot be opened", "the file cannot be opened"},
        {"key.pem", "the file cannot be opened", "the file cannot be opened"},
        {"file:/nonexistent/key.pem", "the file cannot be opened", "the file cannot be opened"},
        {"", "the file cannot be opened", "the file cannot be opened"},
        {"/", "the file cannot be read", "the file cannot be read"},
        {"file:///", "the file cannot be read", "the file cannot be read"},
        {"/dev/null", "the text is empty", "the text is empty"},
        {"unknown:object=key", NO_KEY, NO_CERT},
        {"unknown://host/key", NO_KEY, NO_CERT},
        {"file:key.pem", NO_KEY, NO_CERT},
        {":", NO_KEY, NO_CERT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct oc_private_key *key;
        struct oc_list list;
        struct oc_error err = untouched;
        enum oc_err result = oc_openssl_key_open(cases[i].uri, NULL, &key, &err);
        expect_result(result, key, &err, NULL, OC_ERR_READ, cases[i].key);
        assert_int_equal(oc_openssl_certs_open(cases[i].uri, &list, &err), OC_ERR_READ);
        assert_string_equal(err.what, cases[i].cert);
        assert_null(list.items.data);
    }
}

#define CASE(name) cmocka_unit_test_setup(name, empty_text)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(key_pkcs8),
        CASE(key_pkcs8_encrypted),
        CASE(key_pkcs8_der),
        CASE(key_pkcs8_der_encrypted),
        CASE(key_older_forms),
        CASE(key_older_forms_encrypted),
        CASE(key_pkcs12),
        CASE(key_pkcs12_without_passphrase),
        CASE(key_among_certificates),
        CASE(key_encrypted_among_certificates),
        CASE(key_behind_ec_parameters),
        CASE(key_with_crlf),
        CASE(keys_two),
        CASE(key_public_only),
        CASE(key_missing),
        CASE(key_cut),
        CASE(key_broken),
        CASE(text_empty_or_absent),
        CASE(text_of_rubbish),
        CASE(text_too_long),
        CASE(passphrase_that_is_none),
        CASE(passphrase_not_asked_for),
        CASE(certs_pem),
        CASE(certs_der),
        CASE(certs_beside_keys),
        CASE(certs_beside_other_blocks),
        CASE(certs_behind_many_other_blocks),
        CASE(certs_behind_too_many_other_blocks),
        CASE(certs_other_labels),
        CASE(certs_pkcs12),
        CASE(certs_none),
        CASE(certs_one_broken),
        CASE(certs_without_end),
        CASE(certs_without_a_newline_between),
        CASE(certs_cut),
        CASE(certs_der_with_octets_behind),
        CASE(errors_of_the_caller),
        CASE(files),
        CASE(file_with_a_broken_certificate),
        CASE(file_too_long),
        CASE(file_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
