// SPDX-License-Identifier: MIT
//
// The rules for nonces in every combination, and times up to the limits of 64 bits.
#include "verify_fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char missing[] = "there is no nonce (RFC 6960 4.4.1, RFC 9654 2.1)";
static const char mismatch[] = "the nonce is not the one sent (RFC 6960 4.4.1, RFC 9654 2.1)";
static const char passed[] = "nextUpdate has passed (RFC 6960 3.2, 4.2.2.1)";
static const char future[] = "thisUpdate is in the future (RFC 6960 3.2, 4.2.2.1)";
static const char too_old[] =
    "thisUpdate is too long ago, and there is no nextUpdate (RFC 6960 3.2)";

#define SENT "0123456789abcdef"

struct nonce_case {
    const char *received;  // NULL: none
    enum oc_err if_present;
    enum oc_err required;
};

// The outcome for each nonce when SENT was sent.
static const struct nonce_case nonce_cases[] = {
    {NULL, OC_OK, OC_ERR_NONCE_MISSING},
    {SENT, OC_OK, OC_OK},
    {"0123456789abcdeF", OC_ERR_NONCE_MISMATCH, OC_ERR_NONCE_MISMATCH},
    {"1123456789abcdef", OC_ERR_NONCE_MISMATCH, OC_ERR_NONCE_MISMATCH},
    {"0123456789abcde", OC_ERR_NONCE_MISMATCH, OC_ERR_NONCE_MISMATCH},
    {"0123456789abcdef0", OC_ERR_NONCE_MISMATCH, OC_ERR_NONCE_MISMATCH},
    {"0", OC_ERR_NONCE_MISMATCH, OC_ERR_NONCE_MISMATCH},
};

static struct oc_bytes view(const char *text)
{
    if (text == NULL)
        return (struct oc_bytes){0};
    return (struct oc_bytes){(const uint8_t *)text, strlen(text)};
}

// Verifies a response, and checks the conditions that hold for every outcome.
static enum oc_err verify(const struct response_fixture *response, const struct oc_policy *policy,
                          struct oc_verdict *verdict, struct oc_error *err)
{
    static const struct oc_verdict zero;
    struct oc_response resp;
    assert_int_equal(oc_response_parse(&resp, response_fixture_make(response, fixture.room), NULL),
                     OC_OK);
    enum oc_err code =
        oc_verify(policy, &fixture.issuer, serial_in_question(), &resp, verdict, err);
    assert_int_equal(err->code, code);
    if (code == OC_OK)
        assert_int_equal(verdict->status, OC_CERT_STATUS_GOOD);
    else
        assert_memory_equal(verdict, &zero, sizeof zero);
    return code;
}

static void try_nonce(const struct nonce_case *c, enum oc_nonce_rule rule, bool is_sent,
                      enum oc_err expected)
{
    struct oc_extension nonce = {OC_EXT_NONCE, .nonce = view(c->received)};
    struct response_fixture response = {.extension = c->received != NULL ? &nonce : NULL};
    struct oc_policy policy;
    struct oc_verdict verdict;
    struct oc_error err;
    oc_policy_init(&policy, SIGN_NOW);
    policy.nonce_rule = rule;
    policy.nonce = view(is_sent ? SENT : NULL);
    enum oc_err code = verify(&response, &policy, &verdict, &err);
    assert_string_equal(oc_err_name(code), oc_err_name(expected));
    if (code == OC_ERR_NONCE_MISSING)
        assert_string_equal(err.what, missing);
    if (code == OC_ERR_NONCE_MISMATCH)
        assert_string_equal(err.what, mismatch);
    bool is_equal = is_sent && c->received != NULL && strcmp(c->received, SENT) == 0;
    assert_int_equal(verdict.has_nonce, code == OC_OK && is_equal);
}

static void nonce_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nonce_cases / sizeof nonce_cases[0]; i++) {
        const struct nonce_case *c = &nonce_cases[i];
        try_nonce(c, OC_NONCE_IF_PRESENT, true, c->if_present);
        try_nonce(c, OC_NONCE_REQUIRED, true, c->required);
        try_nonce(c, OC_NONCE_IGNORED, true, OC_OK);
    }
}

static void nonce_not_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nonce_cases / sizeof nonce_cases[0]; i++) {
        const struct nonce_case *c = &nonce_cases[i];
        try_nonce(c, OC_NONCE_IF_PRESENT, false, OC_OK);
        try_nonce(c, OC_NONCE_REQUIRED, false, OC_ERR_ARGUMENT);
        try_nonce(c, OC_NONCE_IGNORED, false, OC_OK);
    }
}

struct extreme {
    int64_t now;
    int64_t skew;
    int64_t max_age;
    bool without_next_update;
    const char *what;  // NULL: believed
};

static const struct extreme extremes[] = {
    {INT64_MIN, 0, 0, false, future},
    {INT64_MIN, INT64_MAX, INT64_MAX, false, future},
    {INT64_MIN, INT64_MAX, INT64_MAX, true, future},
    {INT64_MIN + 1, 300, 86400, true, future},
    {-1, INT64_MAX, INT64_MAX, true, NULL},
    {0, INT64_MAX, 0, false, NULL},
    {0, INT64_MAX, INT64_MAX, true, NULL},
    {SIGN_NOW, INT64_MAX, INT64_MAX, false, NULL},
    {INT64_MAX, 0, 0, false, passed},
    {INT64_MAX, 300, 1, true, too_old},
    {INT64_MAX, INT64_MAX, INT64_MAX, false, passed},
    {INT64_MAX, 0, INT64_MAX, true, NULL},
    {INT64_MAX, INT64_MAX, INT64_MAX, true, NULL},
    {INT64_MAX - 1, INT64_MAX, 0, false, NULL},
};

static void times_at_the_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
        const struct extreme *c = &extremes[i];
        struct response_fixture response = {
            .said = {{.without_next_update = c->without_next_update}}};
        struct oc_policy policy;
        struct oc_verdict verdict;
        struct oc_error err;
        oc_policy_init(&policy, c->now);
        policy.skew = c->skew;
        policy.max_age = c->max_age;
        enum oc_err code = verify(&response, &policy, &verdict, &err);
        if (c->what == NULL)
            assert_int_equal(code, OC_OK);
        else
            assert_string_equal(err.what, c->what);
    }
}

// A delegate's certificate has a validity, too.
static void delegate_at_the_ends(void **state)
{
    static const struct response_fixture response = {.certs = {CERT_DELEGATE}};
    static const int64_t nows[] = {INT64_MIN, INT64_MIN + 300, INT64_MAX - 300, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof nows / sizeof nows[0]; i++) {
        struct oc_policy policy;
        struct oc_verdict verdict;
        struct oc_error err;
        oc_policy_init(&policy, nows[i]);
        assert_int_equal(verify(&response, &policy, &verdict, &err), OC_ERR_DELEGATE_TIME);
        policy.ignore_times = true;
        assert_int_equal(verify(&response, &policy, &verdict, &err), OC_OK);
        assert_true(verdict.ask_again >= nows[i]);
    }
}

static void policy_has_the_defaults(void **state)
{
    struct oc_policy policy;
    (void)state;
    memset(&policy, 0xff, sizeof policy);
    oc_policy_init(&policy, 42);
    assert_true(policy.now == 42);
    assert_true(policy.skew == 300);
    assert_true(policy.max_age == 86400);
    assert_int_equal(policy.nonce_rule, OC_NONCE_IF_PRESENT);
    assert_null(policy.nonce.data);
    assert_int_equal(policy.n_trusted, 0);
    assert_false(policy.insecure_allow_sha1);
    assert_false(policy.insecure_allow_small_rsa);
    assert_false(policy.ignore_times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nonce_sent),
        cmocka_unit_test(nonce_not_sent),
        cmocka_unit_test(times_at_the_ends),
        cmocka_unit_test(delegate_at_the_ends),
        cmocka_unit_test(policy_has_the_defaults),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
