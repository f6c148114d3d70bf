// SPDX-License-Identifier: MIT
//
// Every bit of a valid response is flipped: the response is refused, or the bit was in a part
// that is neither signed nor read.
#include "guard.h"
#include "response_fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct oc_crypto *crypto;
static struct guard guard;

// Only one part may change: the content of an embedded certificate that is not the signer's, from
// `start` to `end`.
struct free_part {
    size_t start;
    size_t end;
};

static enum oc_err verify(const struct oc_issuer *issuer, struct oc_bytes der,
                          struct oc_verdict *verdict)
{
    struct oc_response resp;
    struct oc_policy policy;
    *verdict = (struct oc_verdict){0};
    enum oc_err code = oc_response_parse(&resp, der, NULL);
    if (code != OC_OK)
        return code;
    oc_policy_init(&policy, SIGN_NOW);
    return oc_verify(&policy, issuer, serial_in_question(), &resp, verdict, NULL);
}

// Returns the number of flipped bits with which the response is still valid.
static size_t flip_all(const struct oc_issuer *issuer, uint8_t *der, size_t len,
                       struct free_part part)
{
    struct oc_verdict good;
    struct oc_verdict verdict;
    struct oc_bytes view = {der, len};
    size_t harmless = 0;
    assert_int_equal(verify(issuer, view, &good), OC_OK);
    for (size_t bit = 0; bit < len * 8; bit++) {
        der[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        if (verify(issuer, view, &verdict) == OC_OK) {
            if (bit / 8 < part.start || bit / 8 >= part.end)
                fail_msg("believed with bit %zu of octet %zu flipped", bit % 8, bit / 8);
            assert_memory_equal(&verdict, &good, sizeof good);
            harmless++;
        } else {
            assert_int_equal(verdict.status, OC_CERT_STATUS_NONE);
        }
        der[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    return harmless;
}

// Flips all bits of the response; every certificate but the first is unused.
static size_t flip_response(const struct response_fixture *response, enum cert_name ca,
                            size_t unused)
{
    uint8_t *room = malloc(MESSAGE_SIZE);
    struct oc_issuer issuer;
    struct oc_response resp;
    struct free_part part = {0};
    assert_non_null(room);
    struct oc_bytes made = response_fixture_make(response, room);
    uint8_t *der = guard_at_end(&guard, made.data, made.len);
    assert_int_equal(oc_response_parse(&resp, (struct oc_bytes){der, made.len}, NULL), OC_OK);
    if (unused != 0) {
        part.end = made.len;
        part.start = made.len - unused;
    }
    assert_int_equal(oc_issuer_init(&issuer, crypto, &fixture_cert(ca)->cert, NULL), OC_OK);
    size_t harmless = flip_all(&issuer, der, made.len, part);
    oc_issuer_cleanup(&issuer);
    free(room);
    return harmless;
}

static const struct oc_extension nonce = {OC_EXT_NONCE,
                                          .nonce = {(const uint8_t *)"0123456789abcdef", 16}};

static void signed_by_delegate(void **state)
{
    static const struct response_fixture response = {.certs = {CERT_DELEGATE}, .extension = &nonce};
    (void)state;
    assert_int_equal(flip_response(&response, CERT_CA, 0), 0);
}

static void signed_by_delegate_named(void **state)
{
    static const struct response_fixture response = {
        .certs = {CERT_DELEGATE}, .by_name = true, .said = {{.hash = OC_HASH_SHA256}}};
    (void)state;
    assert_int_equal(flip_response(&response, CERT_CA, 0), 0);
}

static void signed_by_issuer_with_rsa(void **state)
{
    static const struct response_fixture response = {.responder = CERT_CA_RSA,
                                                     .said = {{.issuer = CERT_CA_RSA}}};
    (void)state;
    assert_int_equal(flip_response(&response, CERT_CA_RSA, 0), 0);
}

// A verifier does not use the certificate of the root: its content may change, its tag and length
// may not.
static void unused_certificate(void **state)
{
    static const struct response_fixture response = {.responder = CERT_DELEGATE,
                                                     .certs = {CERT_DELEGATE, CERT_ROOT}};
    (void)state;
    size_t content = fixture_cert(CERT_ROOT)->cert.der.len - 4;
    assert_int_equal(flip_response(&response, CERT_CA, content), content * 8);
}

static int start(void **state)
{
    (void)state;
    fixture_certs_make();
    guard_init(&guard, MESSAGE_SIZE);
    crypto = oc_openssl_new();
    return crypto == NULL;
}

static int stop(void **state)
{
    (void)state;
    guard_free(&guard);
    oc_openssl_free(crypto);
    fixture_certs_free();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_by_delegate),
        cmocka_unit_test(signed_by_delegate_named),
        cmocka_unit_test(signed_by_issuer_with_rsa),
        cmocka_unit_test(unused_certificate),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
