// SPDX-License-Identifier: MIT
//
// The authority to sign responses, from the certificate alone: oc_verify_responder() returns before
// signing what oc_verify() returns for the signer of a response.
#include "verify_fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char not_issued[] =
    "the signer's certificate is not issued by the issuer itself (RFC 6960 4.2.2.2)";
static const char no_purpose[] = "the signer's certificate is not for signing responses "
                                 "(RFC 6960 4.2.2.2, RFC 5280 4.2.1.12)";
static const char not_now[] = "the signer's certificate is not valid now (RFC 6960 3.2)";
static const char critical[] = "the signer's certificate has a critical extension that is not "
                               "understood (RFC 5280 4.2)";
static const char weak_hash[] = "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)";

struct responder_case {
    enum cert_name cert;
    enum oc_err code;
    const char *what;  // NULL: it may sign
    enum oc_signer_kind kind;
};

static const struct responder_case cases[] = {
    {CERT_CA, OC_OK, NULL, OC_SIGNER_ISSUER},
    {CERT_DELEGATE, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_WITHOUT_NOCHECK, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_EKU_AMONG_OTHERS, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_KEY_USAGE, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_EXPIRED_AT_BORDER, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_NOT_YET_AT_BORDER, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_RSA, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {CERT_ROOT, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_OTHER_CA, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_CA_OF_SAME_NAME, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_CA_OF_OTHER_NAME, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_SELF_MADE, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_BY_ROOT, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_BY_CA_OF_SAME_NAME, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_BY_CA_OF_OTHER_NAME, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_SIGNED_BY_DELEGATE, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_SIGNATURE_WRONG, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_OTHER_ALGORITHM_INSIDE, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {CERT_WITHOUT_EKU, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {CERT_ANY_EKU, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {CERT_OTHER_EKU, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {CERT_NOCHECK_WITHOUT_EKU, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {CERT_CA_AS_DELEGATE_WITHOUT_EKU, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {CERT_KEY_USAGE_WRONG, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {CERT_CRITICAL, OC_ERR_CRITICAL, critical, 0},
    {CERT_EXPIRED, OC_ERR_DELEGATE_TIME, not_now, 0},
    {CERT_NOT_YET, OC_ERR_DELEGATE_TIME, not_now, 0},
    {CERT_SHA1, OC_ERR_WEAK_HASH, weak_hash, 0},
};

static enum oc_err ask(const struct oc_policy *policy, enum cert_name name,
                       enum oc_signer_kind *kind, struct oc_error *err)
{
    *kind = (enum oc_signer_kind)99;
    memset(err, 0xff, sizeof *err);
    enum oc_err code =
        oc_verify_responder(policy, &fixture.issuer, &fixture_cert(name)->cert, kind, err);
    assert_int_equal(err->code, code);
    assert_true(code == OC_OK || *kind == OC_SIGNER_NONE);
    enum oc_signer_kind again;
    assert_int_equal(
        oc_verify_responder(policy, &fixture.issuer, &fixture_cert(name)->cert, &again, NULL),
        code);
    assert_int_equal(again, *kind);
    return code;
}

static void each_certificate(void **state)
{
    struct oc_policy policy;
    (void)state;
    oc_policy_init(&policy, SIGN_NOW);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum oc_signer_kind kind;
        struct oc_error err;
        print_message("case %zu\n", i);
        assert_string_equal(oc_err_name(ask(&policy, cases[i].cert, &kind, &err)),
                            oc_err_name(cases[i].code));
        assert_int_equal(kind, cases[i].kind);
        if (cases[i].what != NULL)
            assert_string_equal(err.what, cases[i].what);
        else
            assert_null(err.what);
    }
}

static void trusted_by_its_octets(void **state)
{
    struct oc_policy policy;
    enum oc_signer_kind kind;
    struct oc_error err;
    const struct oc_cert trusted[] = {fixture_cert(CERT_OTHER_CA)->cert,
                                      fixture_cert(CERT_EXPIRED)->cert};
    (void)state;
    oc_policy_init(&policy, SIGN_NOW);
    policy.trusted = trusted;
    policy.n_trusted = 2;
    assert_int_equal(ask(&policy, CERT_OTHER_CA, &kind, &err), OC_OK);
    assert_int_equal(kind, OC_SIGNER_TRUSTED);
    assert_int_equal(ask(&policy, CERT_CA_OF_SAME_NAME, &kind, &err), OC_ERR_DELEGATE_ISSUER);
    assert_int_equal(ask(&policy, CERT_EXPIRED, &kind, &err), OC_ERR_DELEGATE_TIME);
    assert_string_equal(err.what, not_now);
    policy.ignore_times = true;
    assert_int_equal(ask(&policy, CERT_EXPIRED, &kind, &err), OC_OK);
    assert_int_equal(kind, OC_SIGNER_TRUSTED);
}

static void issuer_must_be_valid(void **state)
{
    struct oc_policy policy;
    enum oc_signer_kind kind;
    struct oc_error err;
    (void)state;
    oc_policy_init(&policy, fixture_cert(CERT_CA)->cert.not_after + 301);
    assert_int_equal(ask(&policy, CERT_CA, &kind, &err), OC_ERR_DELEGATE_TIME);
    assert_string_equal(err.what, not_now);
    policy.now--;
    assert_int_equal(ask(&policy, CERT_CA, &kind, &err), OC_OK);
}

static void policy_without_sense(void **state)
{
    struct oc_policy policy;
    enum oc_signer_kind kind;
    struct oc_error err;
    (void)state;
    oc_policy_init(&policy, SIGN_NOW);
    policy.skew = -1;
    assert_int_equal(ask(&policy, CERT_CA, &kind, &err), OC_ERR_ARGUMENT);
    assert_string_equal(err.what, "the skew or max_age of the policy is negative");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_certificate),
        cmocka_unit_test(trusted_by_its_octets),
        cmocka_unit_test(issuer_must_be_valid),
        cmocka_unit_test(policy_without_sense),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
