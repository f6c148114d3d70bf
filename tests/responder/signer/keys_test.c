// SPDX-License-Identifier: MIT
//
// Which signers are taken, and what is said of those that are not.
#include "fixture/key_fixture.h"
#include "program/passphrase.h"
#include "signer/keys.h"
#include "signer/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct signer_config signers[2];
static struct issuer_config issuers[2];
static struct config config;
static char why[512];

static int start(void **state)
{
    (void)state;
    fixture_certs_make();
    key_fixture_start();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    key_fixture_stop();
    fixture_certs_free();
    return 0;
}

// The CA with a delegate, and with nothing wrong.
static int reset(void **state)
{
    (void)state;
    signers[0] = (struct signer_config){.name = "one",
                                        .certificate = key_fixture_cert(CERT_DELEGATE),
                                        .key = key_fixture_key(KEY_DELEGATE, NULL),
                                        .include_certificate = true};
    signers[1] = signers[0];
    signers[1].name = "two";
    issuers[0] = (struct issuer_config){
        .name = "CA", .certificate = key_fixture_cert(CERT_CA), .signers = signers, .n_signers = 1};
    issuers[1] = issuers[0];
    config = (struct config){.issuers = issuers, .n_issuers = 1};
    return 0;
}

static void expect(const char *reason)
{
    memset(why, 0, sizeof why);
    bool ok = signers_check(&config, SIGN_NOW, why, sizeof why);
    assert_int_equal(ok, reason == NULL);
    if (reason != NULL)
        assert_string_equal(why, reason);
}

// The reason behind whose it is and the certificate's file.
static void expect_cert(enum cert_name cert, const char *reason)
{
    char text[512];
    signers[0].certificate = key_fixture_cert(cert);
    snprintf(text, sizeof text, "issuer CA, signer one: %s: %s", signers[0].certificate, reason);
    expect(text);
}

static void expect_key(const char *reason)
{
    char text[512];
    snprintf(text, sizeof text, "issuer CA, signer one: key: %s", reason);
    expect(text);
}

static void delegate(void **state)
{
    (void)state;
    expect(NULL);
    signers[0].certificate = key_fixture_cert(CERT_EKU_AMONG_OTHERS);
    expect(NULL);
    signers[0].certificate = key_fixture_cert(CERT_KEY_USAGE);
    expect(NULL);
}

static void issuer_itself(void **state)
{
    (void)state;
    signers[0].certificate = NULL;
    signers[0].key = key_fixture_key(KEY_CA, NULL);
    expect(NULL);
    signers[0].certificate = issuers[0].certificate;
    expect(NULL);
    issuers[0].certificate = key_fixture_cert(CERT_CA_RSA);
    signers[0].certificate = NULL;
    signers[0].key = key_fixture_key(KEY_RSA, NULL);
    expect(NULL);
}

static void certificate_left_out(void **state)
{
    (void)state;
    signers[0].include_certificate = false;
    expect("issuer CA, signer one: include-certificate: clients need the certificate of a delegate "
           "(RFC 6960 4.2.2.2)");
    signers[0].key = key_fixture_key(KEY_CA, NULL);
    signers[0].certificate = issuers[0].certificate;
    expect(NULL);
    signers[0].certificate = NULL;
    expect(NULL);
}

static void two_at_a_time(void **state)
{
    (void)state;
    issuers[0].n_signers = 2;
    expect(NULL);
    signers[1].key = key_fixture_key(KEY_OTHER, NULL);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    assert_non_null(strstr(why, "issuer CA, signer two: "));
}

static void two_issuers(void **state)
{
    (void)state;
    config.n_issuers = 2;
    issuers[1].name = "other";
    expect(NULL);
    issuers[1].certificate = key_fixture_cert(CERT_OTHER_CA);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    assert_non_null(strstr(why, "issuer other, signer one: "));
}

static void key_by_uri(void **state)
{
    char uri[256];
    (void)state;
    snprintf(uri, sizeof uri, "file:%s", key_fixture_key(KEY_DELEGATE, NULL));
    signers[0].key = uri;
    expect(NULL);
    signers[0].key = "pkcs11:object=not-there";
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
}

static void certificate_that_does_not_fit(void **state)
{
    static const char not_issued[] =
        "the signer's certificate is not issued by the issuer itself (RFC 6960 4.2.2.2)";
    static const char no_purpose[] = "the signer's certificate is not for signing responses "
                                     "(RFC 6960 4.2.2.2, RFC 5280 4.2.1.12)";
    static const struct {
        enum cert_name cert;
        const char *reason;
    } wrong[] = {
        {CERT_BY_ROOT, not_issued},
        {CERT_BY_CA_OF_SAME_NAME, not_issued},
        {CERT_BY_CA_OF_OTHER_NAME, not_issued},
        {CERT_SIGNED_BY_DELEGATE, not_issued},
        {CERT_SIGNATURE_WRONG, not_issued},
        {CERT_OTHER_CA, not_issued},
        {CERT_WITHOUT_EKU, no_purpose},
        {CERT_ANY_EKU, no_purpose},
        {CERT_OTHER_EKU, no_purpose},
        {CERT_NOCHECK_WITHOUT_EKU, no_purpose},
        {CERT_CA_AS_DELEGATE_WITHOUT_EKU, no_purpose},
        {CERT_KEY_USAGE_WRONG, no_purpose},
        {CERT_CRITICAL, "the signer's certificate has a critical extension that is not understood "
                        "(RFC 5280 4.2)"},
        {CERT_SHA1, "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_cert(wrong[i].cert, wrong[i].reason);
}

static const enum cert_name out_of_date[] = {
    CERT_EXPIRED,
    CERT_EXPIRED_AT_BORDER,
    CERT_NOT_YET,
    CERT_NOT_YET_AT_BORDER,
};

enum { N_OUT_OF_DATE = sizeof out_of_date / sizeof out_of_date[0] };

// A signer that has expired, or is not valid yet, is allowed beside one that signs; everything else
// about it must be right.
static void one_that_is_not_valid_now_among_others(void **state)
{
    (void)state;
    issuers[0].n_signers = 2;
    for (size_t i = 0; i < N_OUT_OF_DATE; i++) {
        signers[0].certificate = key_fixture_cert(out_of_date[i]);
        expect(NULL);
    }
    signers[0].key = key_fixture_key(KEY_OTHER, NULL);
    expect_cert(out_of_date[0], "the private key is not that of the signer's certificate");
    // A signer of another issuer does not make up for it.
    reset(state);
    config.n_issuers = 2;
    struct signer_config old = signers[0];
    old.certificate = key_fixture_cert(CERT_EXPIRED);
    issuers[1].name = "other";
    issuers[1].signers = &old;
    expect("issuer other: signers: no signer is valid now (RFC 6960 3.2)");
}

// Years later, what was never right is still that, and not just too old.
static void what_is_wrong_and_old(void **state)
{
    static const enum cert_name wrong[] = {CERT_BY_ROOT, CERT_WITHOUT_EKU, CERT_SIGNATURE_WRONG};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        signers[0].certificate = key_fixture_cert(wrong[i]);
        assert_false(signers_check(&config, INT64_C(4102358401), why, sizeof why));
        assert_non_null(strstr(why, "issuer CA, signer one: "));
        assert_null(strstr(why, "valid now"));
    }
}

static void certificate_that_is_not_valid_now(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OUT_OF_DATE; i++) {
        signers[0].certificate = key_fixture_cert(out_of_date[i]);
        expect("issuer CA: signers: no signer is valid now (RFC 6960 3.2)");
    }
    reset(state);
    assert_false(signers_check(&config, INT64_C(4102358401), why, sizeof why));
    signers[0].certificate = NULL;
    signers[0].key = key_fixture_key(KEY_CA, NULL);
    assert_false(signers_check(&config, INT64_C(4102358401), why, sizeof why));
    assert_true(signers_check(&config, INT64_C(4102358400), why, sizeof why));
}

static void key_of_another_certificate(void **state)
{
    (void)state;
    signers[0].key = key_fixture_key(KEY_CA, NULL);
    expect_cert(CERT_DELEGATE, "the private key is not that of the signer's certificate");
    signers[0].key = key_fixture_key(KEY_RSA, NULL);
    expect_cert(CERT_DELEGATE, "the private key is not that of the signer's certificate");
}

static void key_that_is_too_small(void **state)
{
    (void)state;
    signers[0].key = key_fixture_key(KEY_RSA_1024, NULL);
    signers[0].certificate = key_fixture_cert(CERT_RSA_1024);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    assert_non_null(strstr(why, "2048"));
}

static void files_that_are_none(void **state)
{
    (void)state;
    signers[0].certificate = "/nowhere/cert.pem";
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    assert_non_null(strstr(why, "/nowhere/cert.pem: "));
    signers[0].certificate = key_fixture_key(KEY_DELEGATE, NULL);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    reset(state);
    issuers[0].certificate = key_fixture_text("rubbish", "rubbish", 7, 0600);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    assert_non_null(strstr(why, "issuer CA: /tmp/"));
    reset(state);
    signers[0].key = key_fixture_text("rubbish", "rubbish", 7, 0600);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    signers[0].key = key_fixture_cert(CERT_DELEGATE);
    assert_false(signers_check(&config, SIGN_NOW, why, sizeof why));
    assert_non_null(strstr(why, "issuer CA, signer one: key: "));
}

static void no_signers(void **state)
{
    (void)state;
    issuers[0].n_signers = 0;
    expect("issuer CA: signers: missing signer");
    config.n_issuers = 0;
    expect("out of memory, no issuers, or too many signers");
}

// The source of the passphrase of an encrypted key.
static void set_passphrase(const char *text, size_t len, unsigned mode)
{
    signers[0].key = key_fixture_key(KEY_DELEGATE, "secret");
    signers[0].passphrase_file = key_fixture_text("passphrase", text, len, mode);
}

static void passphrase(void **state)
{
    static const char *const right[] = {"secret", "secret\n", "secret\r\n", "secret\nmore\n"};
    static const char *const wrong[] = {"", "\n", "Secret\n", "secret ", "\nsecret\n", "secretx"};
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        set_passphrase(right[i], strlen(right[i]), 0600);
        expect(NULL);
        set_passphrase(right[i], strlen(right[i]), 0440);
        expect(NULL);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        set_passphrase(wrong[i], strlen(wrong[i]), 0600);
        expect_key("cannot decrypt the key with the passphrase in passphrase-file");
    }
    signers[0].passphrase_file = NULL;
    expect_key("missing passphrase: set passphrase-file");
}

static void expect_passphrase_file(const char *reason)
{
    char text[512];
    snprintf(text, sizeof text, "issuer CA, signer one: %s: %s", signers[0].passphrase_file,
             reason);
    expect(text);
}

static void passphrase_file_with_wide_permissions(void **state)
{
    static const unsigned modes[] = {0604, 0620, 0602, 0660, 0644, 0666, 0777};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        set_passphrase("secret\n", 7, modes[i]);
        expect_passphrase_file("others may read or write it: its mode should be 0600");
    }
}

static void passphrase_file_that_is_none(void **state)
{
    static char text[PASSPHRASE_MAX + 2];
    (void)state;
    memset(text, 'x', sizeof text);
    set_passphrase(text, PASSPHRASE_MAX + 1, 0600);
    expect_passphrase_file("the first line is longer than 1023 bytes");
    text[PASSPHRASE_MAX + 1] = '\n';
    set_passphrase(text, PASSPHRASE_MAX + 2, 0600);
    expect_passphrase_file("the first line is longer than 1023 bytes");
    set_passphrase("sec\0ret\n", 8, 0600);
    expect_passphrase_file("the first line has a NUL byte");
    signers[0].passphrase_file = "/nowhere/passphrase";
    expect_passphrase_file("No such file or directory");
    signers[0].passphrase_file = "/";
    expect_passphrase_file("is not a regular file");
    signers[0].passphrase_file = "/dev/zero";
    expect_passphrase_file("is not a regular file");
}

static void longest_passphrase(void **state)
{
    static char text[PASSPHRASE_MAX + 2];
    struct passphrase passphrase;
    (void)state;
    memset(text, 'x', PASSPHRASE_MAX);
    memcpy(text + PASSPHRASE_MAX, "\r\n", 2);
    set_passphrase(text, sizeof text, 0600);
    assert_null(passphrase_read(signers[0].passphrase_file, &passphrase));
    assert_int_equal(passphrase.len, PASSPHRASE_MAX);
    passphrase_forget(&passphrase);
    assert_int_equal(passphrase.len, -1);
    for (size_t i = 0; i < PASSPHRASE_MAX; i++)
        assert_int_equal(passphrase.text[i], 0);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(delegate),
        TEST(issuer_itself),
        TEST(certificate_left_out),
        TEST(two_at_a_time),
        TEST(two_issuers),
        TEST(key_by_uri),
        TEST(certificate_that_does_not_fit),
        TEST(certificate_that_is_not_valid_now),
        TEST(one_that_is_not_valid_now_among_others),
        TEST(what_is_wrong_and_old),
        TEST(key_of_another_certificate),
        TEST(key_that_is_too_small),
        TEST(files_that_are_none),
        TEST(no_signers),
        TEST(passphrase),
        TEST(passphrase_file_with_wide_permissions),
        TEST(passphrase_file_that_is_none),
        TEST(longest_passphrase),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
