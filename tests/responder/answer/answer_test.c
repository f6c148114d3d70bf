// SPDX-License-Identifier: MIT
//
// Requests of every kind, and what comes of them: the error, or an answer that oc_verify()
// believes.
#include "fixture/answer_fixture.h"
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK OC_RESPONSE_SUCCESSFUL
#define MALFORMED OC_RESPONSE_MALFORMED_REQUEST
#define UNAUTHORIZED OC_RESPONSE_UNAUTHORIZED

static const struct answer_times now = {SIGN_NOW, 0};
static const uint8_t octets[256] = {7, 7, 7};
static uint8_t room[MESSAGE_SIZE];

static enum oc_response_status status_of(struct oc_bytes request)
{
    struct oc_bytes der;
    return fixture_answer(request, &now, &der);
}

// A request that is answered, and the answer believed.
static struct oc_verdict believe(struct oc_bytes request, enum fixture_issuer issuer,
                                 struct oc_bytes serial, struct oc_bytes nonce)
{
    struct oc_bytes der;
    struct oc_verdict verdict = {0};
    assert_int_equal(fixture_answer(request, &now, &der), OK);
    assert_int_equal(fixture_verify(issuer, der, serial, nonce, SIGN_NOW, &verdict), OC_OK);
    return verdict;
}

static void good_is_good(void **state)
{
    const struct fixture_id id = {0};
    struct oc_verdict verdict =
        believe(fixture_request(&id, 1, NULL, 0), ISSUER_CA, good_serial(), (struct oc_bytes){0});
    (void)state;
    assert_int_equal(verdict.status, OC_CERT_STATUS_GOOD);
    assert_int_equal(verdict.signer, OC_SIGNER_DELEGATE);
    assert_int_equal(verdict.this_update, SIGN_NOW);
    assert_int_equal(verdict.next_update, SIGN_NOW + DAY);
    assert_int_equal(verdict.produced_at, SIGN_NOW);
    assert_false(verdict.has_archive_cutoff);
}

static void every_hash_with_and_without_parameters(void **state)
{
    (void)state;
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++) {
        for (int without = 0; without < 2; without++) {
            const struct fixture_id id = {.hash = hash, .without_parameters = without != 0};
            struct oc_bytes der;
            struct oc_response resp;
            struct oc_single_response single;
            size_t at = 0;
            believe(fixture_request(&id, 1, NULL, 0), ISSUER_CA, good_serial(),
                    (struct oc_bytes){0});
            assert_int_equal(fixture_answer(fixture_request(&id, 1, NULL, 0), &now, &der), OK);
            assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
            assert_true(oc_response_next(&resp, &at, &single));
            assert_int_equal(single.id.hash, hash);
            assert_false(oc_response_next(&resp, &at, &single));
        }
    }
}

static void each_issuer_has_its_own_store(void **state)
{
    const struct fixture_id id = {.issuer = CERT_OTHER_CA};
    (void)state;
    fixture_put(ISSUER_OTHER, good_serial(), (struct record){RECORD_REVOKED, SIGN_NOW - HOUR});
    struct oc_verdict verdict = believe(fixture_request(&id, 1, NULL, 0), ISSUER_OTHER,
                                        good_serial(), (struct oc_bytes){0});
    assert_int_equal(verdict.status, OC_CERT_STATUS_REVOKED);
    assert_int_equal(verdict.signer, OC_SIGNER_ISSUER);
    assert_int_equal(answer_fixture.stores[ISSUER_CA].n_asked, 0);
}

static void several_cert_ids_in_their_order(void **state)
{
    const struct fixture_id ids[] = {{.serial = good_serial()},
                                     {.hash = OC_HASH_SHA256, .serial = revoked_serial()},
                                     {.hash = OC_HASH_SHA512, .serial = unknown_serial()}};
    static const enum oc_cert_status wanted[] = {OC_CERT_STATUS_GOOD, OC_CERT_STATUS_REVOKED,
                                                 OC_CERT_STATUS_UNKNOWN};
    struct oc_bytes request = fixture_request(ids, 3, NULL, 0);
    struct oc_bytes der;
    struct oc_response resp;
    struct oc_single_response single;
    size_t at = 0;
    (void)state;
    assert_int_equal(fixture_answer(request, &now, &der), OK);
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    for (size_t i = 0; i < 3; i++) {
        struct oc_verdict verdict;
        assert_true(oc_response_next(&resp, &at, &single));
        assert_int_equal(single.id.hash, ids[i].hash != 0 ? ids[i].hash : OC_HASH_SHA1);
        assert_true(oc_bytes_equal(single.id.serial, ids[i].serial));
        assert_int_equal(
            fixture_verify(ISSUER_CA, der, ids[i].serial, (struct oc_bytes){0}, SIGN_NOW, &verdict),
            OC_OK);
        assert_int_equal(verdict.status, wanted[i]);
    }
    assert_false(oc_response_next(&resp, &at, &single));
}

static void number_of_cert_ids(void **state)
{
    static struct fixture_id ids[FIXTURE_IDS_MAX];
    static const uint8_t none[] = {0x30, 4, 0x30, 2, 0x30, 0};
    struct oc_verdict verdict;
    (void)state;
    answer_fixture.served.max_request = MESSAGE_SIZE;
    for (size_t i = 0; i < FIXTURE_IDS_MAX; i++)
        ids[i].hash = OC_HASH_SHA512;
    verdict = believe(fixture_request(ids, JOB_SINGLES_MAX, NULL, 0), ISSUER_CA, good_serial(),
                      (struct oc_bytes){0});
    assert_int_equal(verdict.status, OC_CERT_STATUS_GOOD);
    assert_int_equal(status_of(fixture_request(ids, JOB_SINGLES_MAX + 1, NULL, 0)), MALFORMED);
    assert_int_equal(status_of((struct oc_bytes){none, sizeof none}), MALFORMED);
    answer_fixture.served.max_request = 8192;
}

static void octets_of_a_serial_number(void **state)
{
    const struct fixture_id longest = {.serial = {octets, SERIAL_MAX}};
    const struct fixture_id longer = {.serial = {octets, SERIAL_MAX + 1}};
    (void)state;
    assert_int_equal(status_of(fixture_request(&longest, 1, NULL, 0)), OK);
    assert_int_equal(status_of(fixture_request(&longer, 1, NULL, 0)), MALFORMED);
}

// A value as large as is needed to have so many octets in all.
static void octets_of_a_request(void **state)
{
    static const uint8_t oid[] = {0x2a, 3, 4};
    static const uint8_t large[1024] = {0};
    const struct fixture_id id = {0};
    const struct oc_extension extension = {.oid = {oid, sizeof oid}, .value = {large, 1000}};
    struct oc_bytes request = fixture_request(&id, 1, &extension, 1);
    (void)state;
    answer_fixture.served.max_request = request.len;
    assert_int_equal(status_of(request), OK);
    answer_fixture.served.max_request = request.len - 1;
    assert_int_equal(status_of(request), MALFORMED);
    answer_fixture.served.max_request = 8192;
    assert_int_equal(status_of((struct oc_bytes){room, sizeof room}), MALFORMED);
}

static void issuers_that_are_not_served(void **state)
{
    static const enum cert_name names[] = {CERT_ROOT, CERT_CA_RSA, CERT_CA_OF_SAME_NAME,
                                           CERT_CA_OF_OTHER_NAME, CERT_DELEGATE};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct fixture_id ids[] = {{.issuer = names[i]}, {.issuer = CERT_CA}};
        assert_int_equal(status_of(fixture_request(ids, 1, NULL, 0)), UNAUTHORIZED);
        assert_int_equal(status_of(fixture_request(ids, 2, NULL, 0)), UNAUTHORIZED);
        assert_int_equal(status_of(fixture_request(ids + 1, 1, NULL, 0)), OK);
    }
}

static void several_issuers(void **state)
{
    const struct fixture_id ids[] = {
        {.issuer = CERT_CA}, {.issuer = CERT_CA}, {.issuer = CERT_OTHER_CA}, {.issuer = CERT_CA}};
    (void)state;
    assert_int_equal(status_of(fixture_request(ids, 4, NULL, 0)), UNAUTHORIZED);
    assert_int_equal(status_of(fixture_request(ids + 1, 2, NULL, 0)), UNAUTHORIZED);
    assert_int_equal(status_of(fixture_request(ids, 2, NULL, 0)), OK);
    assert_int_equal(answer_fixture.stores[ISSUER_OTHER].n_asked, 0);
}

static void several_issuers_are_named(void **state)
{
    static const struct {
        struct fixture_id ids[2];
        bool has_several;
        bool has_other;
    } cases[] = {
        {{{.issuer = CERT_CA}, {.issuer = CERT_CA}}, false, false},
        {{{.issuer = CERT_CA}, {.issuer = CERT_OTHER_CA}}, true, true},
        {{{.issuer = CERT_OTHER_CA}, {.issuer = CERT_CA}}, true, true},
        {{{.issuer = CERT_CA}, {.issuer = CERT_ROOT}}, true, false},
        {{{.issuer = CERT_ROOT}, {.issuer = CERT_CA}}, false, false},
        {{{.issuer = CERT_ROOT}, {.issuer = CERT_ROOT}}, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked asked = {.has_several = true};
        answer_read(&answer_fixture.served, fixture_request(cases[i].ids, 2, NULL, 0), &asked);
        assert_true(asked.has_several == cases[i].has_several);
        assert_true((asked.other != NULL) == cases[i].has_other);
        if (asked.has_several)
            assert_non_null(asked.issuer);
        assert_true(asked.other == NULL || asked.other != asked.issuer);
    }
}

static void hash_without_a_name(void **state)
{
    const struct fixture_id id = {.hash = OC_HASH_SHA256};
    static const uint8_t oid[] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1};
    struct oc_bytes request = fixture_request(&id, 1, NULL, 0);
    uint8_t *octets_of = answer_fixture.room + (request.data - answer_fixture.room);
    size_t i = 0;
    (void)state;
    while (i < request.len - sizeof oid && memcmp(octets_of + i, oid, sizeof oid) != 0)
        i++;
    assert_memory_equal(octets_of + i, oid, sizeof oid);
    // SHA3-256, whose hashes are as long.
    octets_of[i + sizeof oid - 1] = 8;
    assert_int_equal(status_of(request), UNAUTHORIZED);
}

static void requestor_name_is_ignored(void **state)
{
    static const uint8_t uri[] = {0x86, 2, 'a', ':'};
    const struct fixture_id id = {0};
    struct oc_request req;
    struct oc_single_request single;
    size_t at = 0;
    struct oc_bytes out;
    (void)state;
    assert_int_equal(oc_request_parse(&req, fixture_request(&id, 1, NULL, 0), NULL), OC_OK);
    assert_true(oc_request_next(&req, &at, &single));
    const struct oc_request_spec spec = {
        .requestor_name = {uri, sizeof uri}, .requests = &single, .n_requests = 1};
    assert_int_equal(oc_request_build(&spec, room, sizeof room, &out, NULL), OC_OK);
    believe(out, ISSUER_CA, good_serial(), (struct oc_bytes){0});
}

// Nobody asks for a signature, so that it does not matter whose it is, or whether it is right.
static void signature_is_ignored(void **state)
{
    static const enum sign_fault faults[] = {SIGN_RIGHT, SIGN_WRONG, SIGN_OTHER_ALGORITHM};
    const struct fixture_id id = {0};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct oc_request req;
        struct oc_single_request single;
        size_t at = 0;
        assert_int_equal(oc_request_parse(&req, fixture_request(&id, 1, NULL, 0), NULL), OC_OK);
        assert_true(oc_request_next(&req, &at, &single));
        const struct oc_cert *cert = &fixture_cert(CERT_DELEGATE)->cert;
        const struct sign_request_spec spec = {
            .data = {.requestor_name = cert->subject, .requests = &single, .n_requests = 1},
            .key = fixture_key(KEY_DELEGATE),
            .certs = {cert->der, 1},
            .fault = faults[i]};
        believe(sign_request(&spec, room, sizeof room), ISSUER_CA, good_serial(),
                (struct oc_bytes){0});
    }
}

// struct nonce_case is a nonce of so many octets, -1 for none: what comes of it by each rule.
struct nonce_case {
    int len;
    enum oc_response_status ignored;
    enum oc_response_status live;
    enum oc_response_status required;
};

static const struct nonce_case nonces[] = {
    {-1, OK, OK, MALFORMED},
    {0, MALFORMED, MALFORMED, MALFORMED},
    {1, OK, OK, OK},
    {15, OK, OK, OK},
    {16, OK, OK, OK},
    {32, OK, OK, OK},
    {33, OK, OK, OK},
    {128, OK, OK, OK},
    {129, MALFORMED, MALFORMED, MALFORMED},
    {200, MALFORMED, MALFORMED, MALFORMED},
};

static void ask_with_nonce(int len, enum nonce_rule rule, enum oc_response_status wanted)
{
    const struct fixture_id id = {0};
    const struct oc_extension extension = {.id = OC_EXT_NONCE,
                                           .nonce = {octets, len < 0 ? 0 : (size_t)len}};
    struct oc_bytes request = fixture_request(&id, 1, &extension, len >= 0);
    struct oc_bytes nonce =
        len >= 0 && rule != NONCE_IGNORE ? extension.nonce : (struct oc_bytes){0};
    answer_fixture.configs[ISSUER_CA].nonce = rule;
    assert_int_equal(status_of(request), wanted);
    if (wanted != OK)
        return;
    struct oc_verdict verdict = believe(request, ISSUER_CA, good_serial(), nonce);
    struct oc_response resp;
    struct oc_extension found;
    struct oc_bytes der;
    assert_int_equal(verdict.has_nonce, nonce.data != NULL);
    assert_int_equal(fixture_answer(request, &now, &der), OK);
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_int_equal(oc_extension_find(&resp.extensions, OC_EXT_NONCE, &found), nonce.data != NULL);
    assert_int_equal(resp.extensions.n, nonce.data != NULL);
}

static void nonce_by_length_and_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nonces / sizeof nonces[0]; i++) {
        ask_with_nonce(nonces[i].len, NONCE_IGNORE, nonces[i].ignored);
        ask_with_nonce(nonces[i].len, NONCE_LIVE, nonces[i].live);
        ask_with_nonce(nonces[i].len, NONCE_REQUIRED, nonces[i].required);
    }
}

static void malformed_before_unauthorized(void **state)
{
    const struct fixture_id id = {.issuer = CERT_ROOT};
    const struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {octets, 129}};
    (void)state;
    assert_int_equal(status_of(fixture_request(&id, 1, &nonce, 1)), MALFORMED);
}

static void critical_extensions_of_a_request(void **state)
{
    static const uint8_t oid[] = {0x2a, 3, 4};
    static const uint8_t basic[] = {6, 9, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1};
    static const uint8_t preferred[] = {0x30, 7, 0x30, 5, 6, 3, 0x2a, 3, 4};
    const struct fixture_id id = {0};
    struct oc_extension known[] = {
        {.id = OC_EXT_NONCE, .nonce = {octets, 16}},
        {.id = OC_EXT_ACCEPTABLE_RESPONSES, .acceptable_responses = {{basic, sizeof basic}, 1}},
        {.id = OC_EXT_PREFERRED_SIGNATURES,
         .preferred_signatures = {{preferred, sizeof preferred}, 1}},
        {.id = OC_EXT_EXTENDED_REVOKE},
        {.oid = {oid, sizeof oid}, .value = {octets, 3}},
    };
    static const enum oc_response_status wanted[] = {OK, OK, MALFORMED, MALFORMED, MALFORMED};
    (void)state;
    assert_int_equal(status_of(fixture_request(&id, 1, known, 5)), OK);
    for (size_t i = 0; i < 5; i++) {
        known[i].critical = true;
        assert_int_equal(status_of(fixture_request(&id, 1, known, 5)), wanted[i]);
        known[i].critical = false;
    }
}

static void critical_extensions_of_a_single_request(void **state)
{
    static const uint8_t oid[] = {0x2a, 3, 4};
    static const uint8_t name[] = {0x30, 0};
    struct oc_extension known[] = {
        {.id = OC_EXT_SERVICE_LOCATOR, .service_locator = {.issuer = {name, sizeof name}}},
        {.id = OC_EXT_NONCE, .nonce = {octets, 16}},
        {.oid = {oid, sizeof oid}, .value = {octets, 3}},
    };
    static const enum oc_response_status wanted[] = {OK, MALFORMED, MALFORMED};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct fixture_id ids[] = {{0}, {.extension = &known[i]}};
        assert_int_equal(status_of(fixture_request(ids, 2, NULL, 0)), OK);
        known[i].critical = true;
        assert_int_equal(status_of(fixture_request(ids, 2, NULL, 0)), wanted[i]);
    }
}

// A nonce in the wrong place is none.
static void nonce_of_a_single_request(void **state)
{
    const struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {octets, 16}};
    const struct fixture_id id = {.extension = &nonce};
    (void)state;
    answer_fixture.configs[ISSUER_CA].nonce = NONCE_REQUIRED;
    assert_int_equal(status_of(fixture_request(&id, 1, NULL, 0)), MALFORMED);
}

// Requests as they come: one, one with a nonce, several with everything.
static struct oc_bytes sample(size_t i)
{
    static const struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {octets, 16}};
    const struct fixture_id ids[] = {{.serial = good_serial()},
                                     {.hash = OC_HASH_SHA256, .serial = revoked_serial()}};
    if (i == 0)
        return fixture_request(ids, 1, NULL, 0);
    return fixture_request(ids, i, &nonce, 1);
}

enum { N_SAMPLES = 3 };

static void every_prefix(void **state)
{
    struct guard guard;
    (void)state;
    guard_init(&guard, 8192);
    for (size_t i = 0; i < N_SAMPLES; i++) {
        struct oc_bytes request = sample(i);
        for (size_t len = 0; len < request.len; len++) {
            const uint8_t *at = guard_at_end(&guard, request.data, len);
            assert_int_equal(status_of((struct oc_bytes){at, len}), MALFORMED);
        }
        assert_int_equal(status_of((struct oc_bytes){
                             guard_at_end(&guard, request.data, request.len), request.len}),
                         OK);
    }
    guard_free(&guard);
}

// Whatever comes out is an error, or a response in which nothing is good but what is.
static void expect_safe(struct oc_bytes request)
{
    struct oc_bytes der;
    struct oc_response resp;
    struct oc_single_response single;
    size_t at = 0;
    enum oc_response_status status = fixture_answer(request, &now, &der);
    if (status != OK) {
        assert_true(status == MALFORMED || status == UNAUTHORIZED);
        return;
    }
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_int_equal(resp.deviations & ~(OC_DEV_SERIAL_NEGATIVE | OC_DEV_SERIAL_LONG), 0);
    while (oc_response_next(&resp, &at, &single))
        assert_true(single.status != OC_CERT_STATUS_GOOD ||
                    oc_bytes_equal(single.id.serial, good_serial()));
}

static void every_flipped_bit(void **state)
{
    static uint8_t flipped[8192];
    (void)state;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        struct oc_bytes request = sample(i);
        memcpy(flipped, request.data, request.len);
        for (size_t bit = 0; bit < request.len * 8; bit++) {
            flipped[bit / 8] ^= (uint8_t)(1U << bit % 8);
            expect_safe((struct oc_bytes){flipped, request.len});
            flipped[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
}

static void nothing_is_left_of_a_refused_request(void **state)
{
    struct asked asked;
    (void)state;
    memset(&asked, 0xff, sizeof asked);
    assert_int_equal(answer_read(&answer_fixture.served, (struct oc_bytes){octets, 3}, &asked),
                     MALFORMED);
    assert_int_equal(asked.n_ids, 0);
    assert_null(asked.issuer);
    assert_null(asked.nonce.data);
}

static void errors_are_whole_responses(void **state)
{
    static const enum oc_response_status errors[] = {MALFORMED, UNAUTHORIZED, OC_RESPONSE_TRY_LATER,
                                                     OC_RESPONSE_INTERNAL_ERROR};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct oc_response resp;
        assert_int_equal(answer_error(errors[i]).len, 5);
        assert_int_equal(oc_response_parse(&resp, answer_error(errors[i]), NULL), OC_OK);
        assert_int_equal(resp.status, errors[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, answer_fixture_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_is_good),
        TEST(every_hash_with_and_without_parameters),
        TEST(each_issuer_has_its_own_store),
        TEST(several_cert_ids_in_their_order),
        TEST(number_of_cert_ids),
        TEST(octets_of_a_serial_number),
        TEST(octets_of_a_request),
        TEST(issuers_that_are_not_served),
        TEST(several_issuers),
        TEST(several_issuers_are_named),
        TEST(hash_without_a_name),
        TEST(requestor_name_is_ignored),
        TEST(signature_is_ignored),
        TEST(nonce_by_length_and_rule),
        TEST(malformed_before_unauthorized),
        TEST(critical_extensions_of_a_request),
        TEST(critical_extensions_of_a_single_request),
        TEST(nonce_of_a_single_request),
        TEST(every_prefix),
        TEST(every_flipped_bit),
        TEST(nothing_is_left_of_a_refused_request),
        TEST(errors_are_whole_responses),
    };
    return cmocka_run_group_tests(tests, answer_fixture_start, answer_fixture_stop);
}
