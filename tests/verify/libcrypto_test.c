// SPDX-License-Identifier: MIT
//
// Responses that libcrypto alone has made and signed. The other tests use builders of the library.
// Their times are near that of the system's clock.
#include "verify_fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/ocsp.h>

#define SERIAL 0x01020304

static int64_t now;

struct libcrypto_case {
    const char *name;
    enum cert_name signer;  // CERT_CA, if not set
    enum key_name key;
    long serial;
    int status;
    int reason;
    const EVP_MD *(*id_digest)(void);
    unsigned long flags;
    const char *nonce;
    int64_t next_update;
    enum oc_err code;
    enum oc_cert_status expected;
    enum oc_signer_kind kind;
};

#define GOOD .status = V_OCSP_CERTSTATUS_GOOD, .reason = -1
#define IS_GOOD .expected = OC_CERT_STATUS_GOOD
#define BY_CA .key = KEY_CA, .serial = SERIAL, .kind = OC_SIGNER_ISSUER
#define BY_DELEGATE .key = KEY_DELEGATE, .serial = SERIAL, .kind = OC_SIGNER_DELEGATE
#define SENT "0123456789abcdef"

static const struct libcrypto_case cases[] = {
    {"issuer_by_name", BY_CA, GOOD, IS_GOOD, .flags = OCSP_NOCERTS},
    {"issuer_by_key", BY_CA, GOOD, IS_GOOD, .flags = OCSP_NOCERTS | OCSP_RESPID_KEY},
    {"issuer_with_cert", BY_CA, GOOD, IS_GOOD},
    {"delegate_by_name", CERT_DELEGATE, BY_DELEGATE, GOOD, IS_GOOD},
    {"delegate_by_key", CERT_DELEGATE, BY_DELEGATE, GOOD, IS_GOOD, .flags = OCSP_RESPID_KEY},
    {"hash_sha256", BY_CA, GOOD, IS_GOOD, .id_digest = EVP_sha256},
    {"hash_sha512", BY_CA, GOOD, IS_GOOD, .id_digest = EVP_sha512},
    {"revoked", BY_CA, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1,
     .expected = OC_CERT_STATUS_REVOKED},
    {"unknown", BY_CA, .status = V_OCSP_CERTSTATUS_UNKNOWN, .reason = -1,
     .expected = OC_CERT_STATUS_UNKNOWN},
    {"nonce", BY_CA, GOOD, IS_GOOD, .nonce = SENT},
    {"nonce_other", BY_CA, GOOD, .nonce = "0123456789abcdeF", .code = OC_ERR_NONCE_MISMATCH},
    {"serial_other", .key = KEY_CA, .serial = SERIAL + 1, GOOD, .code = OC_ERR_NO_MATCH},
    {"expired", BY_CA, GOOD, .next_update = -HOUR, .code = OC_ERR_EXPIRED},
    {"eku_missing", CERT_WITHOUT_EKU, BY_DELEGATE, GOOD, .code = OC_ERR_DELEGATE_PURPOSE},
    {"issued_by_ancestor", CERT_BY_ROOT, BY_DELEGATE, GOOD, .code = OC_ERR_DELEGATE_ISSUER},
    {"issued_by_same_name", CERT_BY_CA_OF_SAME_NAME, BY_DELEGATE, GOOD,
     .code = OC_ERR_DELEGATE_ISSUER},
    {"delegate_expired", CERT_EXPIRED, BY_DELEGATE, GOOD, .code = OC_ERR_DELEGATE_TIME},
    {"delegate_not_embedded", CERT_DELEGATE, BY_DELEGATE, GOOD, .flags = OCSP_NOCERTS,
     .code = OC_ERR_SIGNER},
};

static void make(const struct libcrypto_case *c, uint8_t **data, size_t *len)
{
    struct oc_bytes nonce = {(const uint8_t *)c->nonce, c->nonce != NULL ? sizeof SENT - 1 : 0};
    struct sign_libcrypto_spec spec = {
        .issuer = fixture_cert(CERT_CA),
        .signer = fixture_cert(c->signer != CERT_NONE ? c->signer : CERT_CA),
        .key = fixture_key(c->key),
        .id_digest = c->id_digest != NULL ? c->id_digest() : EVP_sha1(),
        .serial = c->serial,
        .status = c->status,
        .reason = c->reason,
        .this_update = now - 2 * HOUR,
        .next_update = now + (c->next_update != 0 ? c->next_update : HOUR),
        .nonce = nonce,
        .flags = c->flags,
    };
    sign_libcrypto(&spec, data, len);
}

static void expect_verdict(const struct libcrypto_case *c, const struct oc_verdict *verdict)
{
    if (c->code != OC_OK) {
        assert_int_equal(verdict->status, OC_CERT_STATUS_NONE);
        return;
    }
    assert_int_equal(verdict->status, c->expected);
    assert_int_equal(verdict->signer, c->kind);
    assert_int_equal(verdict->has_nonce, c->nonce != NULL);
    assert_true(verdict->this_update == now - 2 * HOUR);
    assert_true(verdict->next_update == now + HOUR);
    if (c->expected == OC_CERT_STATUS_REVOKED) {
        assert_true(verdict->revocation_time == now - 2 * HOUR);
        assert_int_equal(verdict->reason, c->reason);
    }
}

static void run_case(void **state)
{
    const struct libcrypto_case *c = *state;
    struct oc_policy policy;
    struct oc_response resp;
    struct oc_verdict verdict;
    struct oc_error err;
    uint8_t *data;
    size_t len;
    make(c, &data, &len);
    assert_int_equal(oc_response_parse(&resp, (struct oc_bytes){data, len}, NULL), OC_OK);
    oc_policy_init(&policy, now);
    policy.nonce = (struct oc_bytes){(const uint8_t *)SENT, c->nonce != NULL ? 16 : 0};
    if (c->nonce == NULL)
        policy.nonce.data = NULL;
    enum oc_err code =
        oc_verify(&policy, &fixture.issuer, serial_in_question(), &resp, &verdict, &err);
    assert_string_equal(oc_err_name(code), oc_err_name(c->code));
    expect_verdict(c, &verdict);
    OPENSSL_free(data);
}

static int start(void **state)
{
    now = (int64_t)time(NULL);
    return fixture_start(state);
}

int main(void)
{
    enum { N = sizeof cases / sizeof cases[0] };
    struct CMUnitTest tests[N];
    for (size_t i = 0; i < N; i++) {
        union {
            const void *in;
            void *out;
        } state = {&cases[i]};
        tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL, state.out};
    }
    return cmocka_run_group_tests(tests, start, fixture_stop);
}
