// SPDX-License-Identifier: MIT
//
// The choice among several single responses. oc_verify() and oc_response_find_strictest() must
// choose the same one, in whatever order they are.
#include "verify_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define GOOD .status = OC_CERT_STATUS_GOOD
#define REVOKED .status = OC_CERT_STATUS_REVOKED, .revocation_time = SIGN_NOW - DAY
#define UNKNOWN .status = OC_CERT_STATUS_UNKNOWN
#define OTHER_SERIAL .serial = "other"
#define OTHER_ISSUER .issuer = CERT_OTHER_CA
#define NONE SIZE_MAX

struct strictest_case {
    const char *name;
    struct said said[SAID_MAX];
    size_t n_said;
    size_t expected;  // index in `said`, NONE: nothing matches
};

static const struct strictest_case cases[] = {
    {"other_serial", {{REVOKED, OTHER_SERIAL}}, 1, NONE},
    {"other_issuer", {{REVOKED, OTHER_ISSUER}}, 1, NONE},
    {"issuer_of_same_name", {{REVOKED, .issuer = CERT_CA_OF_SAME_NAME}}, 1, NONE},
    {"issuer_of_same_key", {{REVOKED, .issuer = CERT_CA_OF_OTHER_NAME}}, 1, NONE},
    {"other_serial_and_other_issuer", {{GOOD, OTHER_SERIAL}, {GOOD, OTHER_ISSUER}}, 2, NONE},
    {"all_three_about_others",
     {{REVOKED, OTHER_SERIAL}, {UNKNOWN, OTHER_ISSUER}, {GOOD, OTHER_ISSUER, OTHER_SERIAL}},
     3,
     NONE},
    {"single", {{GOOD}}, 1, 0},
    {"stricter_about_another_first", {{REVOKED, OTHER_SERIAL}, {GOOD}}, 2, 1},
    {"stricter_about_another_last", {{GOOD}, {REVOKED, OTHER_ISSUER}}, 2, 0},
    {"good_unknown_revoked", {{GOOD}, {UNKNOWN}, {REVOKED}}, 3, 2},
    {"revoked_unknown_good", {{REVOKED}, {UNKNOWN}, {GOOD}}, 3, 0},
    {"good_revoked_unknown", {{GOOD}, {REVOKED}, {UNKNOWN}}, 3, 1},
    {"unknown_good", {{UNKNOWN}, {GOOD}}, 2, 0},
    {"revoked_but_older", {{REVOKED, .this_update = -DAY}, {GOOD, .this_update = -60}}, 2, 0},
    {"unknown_but_older", {{GOOD, .this_update = -60}, {UNKNOWN, .this_update = -DAY}}, 2, 1},
    {"tie_later_is_last",
     {{GOOD, .this_update = -120}, {GOOD, .this_update = -90}, {GOOD, .this_update = -60}},
     3,
     2},
    {"tie_later_is_first", {{GOOD, .this_update = -60}, {GOOD, .this_update = -120}}, 2, 0},
    {"tie_later_is_between",
     {{REVOKED, .this_update = -120}, {REVOKED, .this_update = -60}, {REVOKED, .this_update = -90}},
     3,
     1},
    {"tie_of_unknown", {{UNKNOWN, .this_update = -120}, {UNKNOWN, .this_update = -60}}, 2, 1},
    {"tie_by_one_second", {{GOOD, .this_update = -61}, {GOOD, .this_update = -60}}, 2, 1},
    {"tie_in_all", {{GOOD}, {GOOD}, {GOOD}}, 3, 0},
    {"tie_later_about_another",
     {{GOOD, .this_update = -120}, {GOOD, OTHER_SERIAL, .this_update = -60}},
     2,
     0},
    {"hashes_differ_stricter_last",
     {{GOOD, .hash = OC_HASH_SHA1},
      {UNKNOWN, .hash = OC_HASH_SHA256},
      {REVOKED, .hash = OC_HASH_SHA512}},
     3,
     2},
    {"hashes_differ_stricter_first",
     {{REVOKED, .hash = OC_HASH_SHA384}, {GOOD, .hash = OC_HASH_SHA1}},
     2,
     0},
    {"hashes_differ_tie",
     {{GOOD, .hash = OC_HASH_SHA224, .this_update = -120},
      {GOOD, .hash = OC_HASH_SHA256, .this_update = -60}},
     2,
     1},
};

static bool is_in_question(const void *arg, const struct oc_cert_id *id)
{
    const struct oc_issuer *issuer = arg;
    return oc_bytes_equal(id->serial, serial_in_question()) && oc_issuer_matches(issuer, id);
}

static void expect_nothing(const struct oc_response *resp,
                           bool (*matches)(const void *arg, const struct oc_cert_id *id),
                           const void *arg)
{
    static const struct oc_single_response zero;
    struct oc_single_response single;
    size_t at = 99;
    memset(&single, 0xff, sizeof single);
    assert_false(oc_response_find_strictest(resp, matches, arg, &at, &single));
    assert_memory_equal(&single, &zero, sizeof zero);
    assert_int_equal(at, 0);
}

static void expect_single(const struct oc_response *resp, size_t expected)
{
    struct oc_single_response single;
    struct oc_single_response again;
    size_t at = 99;
    size_t start = 0;
    size_t next = 0;
    assert_true(oc_response_find_strictest(resp, is_in_question, &fixture.issuer, &at, &single));
    for (size_t i = 0; i <= expected; i++) {
        start = next;
        assert_true(oc_response_next(resp, &next, &again));
    }
    assert_int_equal(at, start);
    assert_ptr_equal(single.id.serial.data, again.id.serial.data);
    assert_int_equal(single.status, again.status);
    assert_true(single.this_update == again.this_update);
    assert_true(oc_response_next(resp, &at, &again));
    assert_ptr_equal(single.id.serial.data, again.id.serial.data);
}

// Checks both functions on one response.
static void expect_case(const struct strictest_case *c)
{
    struct response_fixture response = {.n_said = c->n_said};
    struct oc_response resp;
    struct oc_policy policy;
    struct oc_verdict verdict;
    memcpy(response.said, c->said, sizeof response.said);
    assert_int_equal(oc_response_parse(&resp, response_fixture_make(&response, fixture.room), NULL),
                     OC_OK);
    oc_policy_init(&policy, SIGN_NOW);
    enum oc_err code =
        oc_verify(&policy, &fixture.issuer, serial_in_question(), &resp, &verdict, NULL);
    if (c->expected == NONE) {
        expect_nothing(&resp, is_in_question, &fixture.issuer);
        assert_int_equal(code, OC_ERR_NO_MATCH);
        return;
    }
    const struct said *said = &c->said[c->expected];
    expect_single(&resp, c->expected);
    assert_int_equal(code, OC_OK);
    assert_int_equal(verdict.status, said->status);
    assert_true(verdict.this_update ==
                SIGN_NOW + (said->this_update != 0 ? said->this_update : -HOUR));
}

static void each_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        expect_case(&cases[i]);
    }
}

static bool is_refused(const void *arg, const struct oc_cert_id *id)
{
    (void)arg, (void)id;
    return false;
}

static bool is_equal(const void *arg, const struct oc_cert_id *id)
{
    return oc_cert_id_equal(arg, id);
}

// A cert ID by one hash is not equal to that of the same certificate by another.
static void one_hash_only(void **state)
{
    static const struct response_fixture response = {
        .said = {{GOOD, .hash = OC_HASH_SHA256}, {REVOKED, .hash = OC_HASH_SHA1}}, .n_said = 2};
    struct oc_response resp;
    struct oc_cert_id id;
    struct oc_single_response single;
    size_t at = 0;
    (void)state;
    assert_int_equal(oc_response_parse(&resp, response_fixture_make(&response, fixture.room), NULL),
                     OC_OK);
    assert_int_equal(
        oc_issuer_make_id(&fixture.issuer, OC_HASH_SHA256, serial_in_question(), &id, NULL), OC_OK);
    assert_true(oc_response_find_strictest(&resp, is_equal, &id, &at, &single));
    assert_int_equal(single.status, OC_CERT_STATUS_GOOD);
    assert_int_equal(
        oc_issuer_make_id(&fixture.issuer, OC_HASH_SHA384, serial_in_question(), &id, NULL), OC_OK);
    expect_nothing(&resp, is_equal, &id);
    expect_nothing(&resp, is_refused, NULL);
}

static void nothing_to_choose_from(void **state)
{
    static const struct oc_response zero;
    struct oc_response resp;
    (void)state;
    expect_nothing(&zero, is_in_question, &fixture.issuer);
    struct oc_bytes error = oc_response_error(OC_RESPONSE_TRY_LATER);
    assert_int_equal(oc_response_parse(&resp, error, NULL), OC_OK);
    expect_nothing(&resp, is_in_question, &fixture.issuer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case),
        cmocka_unit_test(one_hash_only),
        cmocka_unit_test(nothing_to_choose_from),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
