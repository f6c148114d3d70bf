// SPDX-License-Identifier: MIT
//
// The jobs that a signer refuses, whoever sends them, and the content of what it signs.
#include "fixture/answer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct job job;
static struct job_single *const first = &job.singles[0];
static struct job_single *const second = &job.singles[1];

// A job that is as it should be: one good, one revoked, and one never issued.
static void make_job(void)
{
    static const struct job_single good = {
        OC_HASH_SHA1, {1, 2, 3, 4}, 4, OC_CERT_STATUS_GOOD, 0, false, 0, SIGN_NOW, SIGN_NOW + DAY};
    job = (struct job){.produced_at = SIGN_NOW, .is_extended_revoke = true, .n_singles = 3};
    job.nonce_len = 16;
    job.singles[0] = good;
    job.singles[1] = good;
    job.singles[1].hash = OC_HASH_SHA256;
    job.singles[1].serial[0] = 5;
    job.singles[1].status = OC_CERT_STATUS_REVOKED;
    job.singles[1].revocation_time = SIGN_NOW - DAY;
    job.singles[1].has_reason = true;
    job.singles[1].reason = OC_REASON_KEY_COMPROMISE;
    job.singles[2] = job.singles[1];
    job.singles[2].serial[0] = 6;
    job.singles[2].revocation_time = 0;
    job.singles[2].reason = OC_REASON_CERTIFICATE_HOLD;
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_REVOKED;
}

static int reset(void **state)
{
    answer_fixture_reset(state);
    make_job();
    return 0;
}

static void as_it_should_be(void **state)
{
    static const enum oc_cert_status wanted[] = {OC_CERT_STATUS_GOOD, OC_CERT_STATUS_REVOKED,
                                                 OC_CERT_STATUS_REVOKED};
    struct oc_bytes der;
    (void)state;
    assert_null(
        sign_job(&answer_fixture.as[ISSUER_CA], &job, SIGN_NOW, fixture.room, MESSAGE_SIZE, &der));
    for (size_t i = 0; i < 3; i++) {
        struct oc_verdict verdict;
        assert_int_equal(fixture_verify(ISSUER_CA, der, (struct oc_bytes){job.singles[i].serial, 4},
                                        (struct oc_bytes){job.nonce, 16}, SIGN_NOW, &verdict),
                         OC_OK);
        assert_int_equal(verdict.status, wanted[i]);
        assert_int_equal(verdict.is_not_issued, i == 2);
        assert_int_equal(verdict.next_update, SIGN_NOW + DAY);
        assert_int_equal(verdict.signer, OC_SIGNER_DELEGATE);
    }
}

static const char not_now[] = "producedAt is not now (RFC 6960 2.4)";
static const char number[] = "invalid number of certificates";
static const char invalid[] = "signer certificate is not valid now";
static const char wrong_clock[] = "invalid clock";
static const char hash[] = "unsupported hash (RFC 6960 4.3)";
static const char integer[] = "invalid serial number (X.690 8.3)";
static const char status[] = "invalid status (RFC 6960 4.2.1)";
static const char not_revoked[] = "unexpected revocation of a certificate that is not revoked";
static const char reason[] = "invalid revocation reason (RFC 5280 5.3.1)";
static const char later[] = "revocation time later than thisUpdate";
static const char future[] = "thisUpdate in the future (RFC 6960 2.4)";
static const char passed[] = "nextUpdate in the past (RFC 6960 2.4)";
static const char validity[] = "validity longer than configured";
static const char behind[] = "nextUpdate after the signer certificate expires";
static const char long_nonce[] = "nonce too long (RFC 9654 2.1)";
static const char no_nonce[] = "unexpected nonce: the configuration ignores nonces";
static const char not_configured[] = "unexpected extended revoke: it is not configured";
static const char of_nothing[] = "unexpected extension extended-revoke (RFC 6960 4.4.8)";
static const char no_extension[] = "missing extension extended-revoke (RFC 6960 4.4.8)";
static const char other_reason[] = "invalid reason of an extended revoke (RFC 6960 2.2)";

// expect signs at `now`: `why` is the reason not to, NULL when there is none.
static void expect_as(const struct sign_as *as, int64_t now, const char *why)
{
    struct oc_bytes der = {fixture.room, 1};
    const char *refused = sign_refuse(as, &job, now);
    const char *not_signed = sign_job(as, &job, now, fixture.room, MESSAGE_SIZE, &der);
    if (why == NULL) {
        assert_null(refused);
        assert_null(not_signed);
        assert_non_null(der.data);
        return;
    }
    assert_non_null(refused);
    assert_string_equal(refused, why);
    assert_string_equal(not_signed, why);
    assert_null(der.data);
    assert_int_equal(der.len, 0);
    make_job();
}

static void expect(const char *why)
{
    expect_as(&answer_fixture.as[ISSUER_CA], SIGN_NOW, why);
}

static void number_of_certificates(void **state)
{
    (void)state;
    for (size_t i = 1; i < JOB_SINGLES_MAX; i++)
        job.singles[i] = job.singles[0];
    job.is_extended_revoke = false;
    job.n_singles = JOB_SINGLES_MAX;
    expect(NULL);
    job.n_singles = 0;
    expect(number);
    job.n_singles = JOB_SINGLES_MAX + 1;
    expect(number);
    job.n_singles = SIZE_MAX;
    expect(number);
}

static void produced_at(void **state)
{
    static const int64_t clocks[] = {INT64_MIN, -1, 0, SIGN_LATE - 1, INT64_MAX};
    (void)state;
    expect_as(&answer_fixture.as[ISSUER_CA], SIGN_NOW + SIGN_LATE, NULL);
    expect_as(&answer_fixture.as[ISSUER_CA], SIGN_NOW - SIGN_EARLY, NULL);
    expect_as(&answer_fixture.as[ISSUER_CA], SIGN_NOW + SIGN_LATE + 1, not_now);
    expect_as(&answer_fixture.as[ISSUER_CA], SIGN_NOW - SIGN_EARLY - 1, not_now);
    job.produced_at = INT64_MIN;
    expect(not_now);
    job.produced_at = INT64_MAX;
    expect(not_now);
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++)
        expect_as(&answer_fixture.as[ISSUER_CA], clocks[i], wrong_clock);
}

static void this_update(void **state)
{
    (void)state;
    first->this_update = SIGN_NOW - 100 * DAY;
    expect(NULL);
    first->this_update = 0;
    expect(NULL);
    first->this_update = SIGN_NOW + 1;
    expect(future);
    second->this_update = INT64_MAX;
    expect(future);
    first->this_update = -1;
    expect(future);
    first->this_update = INT64_MIN;
    expect(future);
}

static void next_update(void **state)
{
    (void)state;
    first->next_update = SIGN_NOW + 1;
    expect(NULL);
    first->next_update = SIGN_NOW;
    expect(passed);
    first->next_update = INT64_MIN;
    expect(passed);
    second->next_update = SIGN_NOW + DAY + 1;
    expect(validity);
    first->next_update = INT64_MAX;
    expect(validity);
    answer_fixture.configs[ISSUER_CA].validity = HOUR;
    expect(validity);
    // An answer that has waited gets no more time for that.
    job.produced_at = SIGN_NOW - 10;
    answer_fixture.configs[ISSUER_CA].validity = DAY;
    for (size_t i = 0; i < 3; i++)
        job.singles[i].this_update = job.produced_at;
    expect(validity);
}

// The delegate's certificate with other dates: they are not what this is about, but its end.
static void end_of_the_signer(void **state)
{
    struct sign_as as = answer_fixture.as[ISSUER_CA];
    (void)state;
    as.signer.cert.not_after = SIGN_NOW + DAY;
    expect_as(&as, SIGN_NOW, NULL);
    as.signer.cert.not_after = SIGN_NOW + DAY - 1;
    expect_as(&as, SIGN_NOW, behind);
    as.signer.cert.not_after = SIGN_NOW - 1;
    expect_as(&as, SIGN_NOW, invalid);
    as = answer_fixture.as[ISSUER_CA];
    as.signer.cert.not_before = SIGN_NOW;
    expect_as(&as, SIGN_NOW, NULL);
    as.signer.cert.not_before = SIGN_NOW + 1;
    expect_as(&as, SIGN_NOW, invalid);
}

static void hashes(void **state)
{
    struct oc_issuer issuer = answer_fixture.issuers[ISSUER_CA].issuer;
    struct sign_as as = answer_fixture.as[ISSUER_CA];
    (void)state;
    for (int i = OC_HASH_SHA1; i <= OC_HASH_SHA512; i++) {
        first->hash = (enum oc_hash)i;
        expect(NULL);
    }
    first->hash = OC_HASH_OTHER;
    expect(hash);
    first->hash = (enum oc_hash)(OC_HASH_SHA512 + 1);
    expect(hash);
    second->hash = (enum oc_hash) - 1;
    expect(hash);
    issuer.has_hash[OC_HASH_SHA256] = false;
    as.issuer = &issuer;
    expect_as(&as, SIGN_NOW, hash);
}

static void set_serial(const void *octets, size_t len)
{
    memset(first->serial, 0x11, sizeof first->serial);
    memcpy(first->serial, octets, len < SERIAL_MAX ? len : SERIAL_MAX);
    first->serial_len = len;
}

static void serial_numbers(void **state)
{
    static const uint8_t longest[SERIAL_MAX + 1] = {1};
    (void)state;
    set_serial("\x00", 1);
    expect(NULL);
    set_serial("\x00\x80", 2);
    expect(NULL);
    set_serial("\xff", 1);
    expect(NULL);
    set_serial("\xff\x7f", 2);
    expect(NULL);
    set_serial(longest, SERIAL_MAX);
    expect(NULL);
    set_serial("\x00\x7f", 2);
    expect(integer);
    set_serial("\xff\x80", 2);
    expect(integer);
    set_serial("", 0);
    expect(integer);
    set_serial(longest, SERIAL_MAX + 1);
    expect(integer);
    first->serial_len = SIZE_MAX;
    expect(integer);
}

static void statuses(void **state)
{
    (void)state;
    first->status = OC_CERT_STATUS_UNKNOWN;
    expect(NULL);
    first->status = OC_CERT_STATUS_NONE;
    expect(status);
    first->status = (enum oc_cert_status)4;
    expect(status);
    second->status = (enum oc_cert_status) - 1;
    expect(status);
    first->revocation_time = SIGN_NOW;
    expect(not_revoked);
    first->has_reason = true;
    expect(not_revoked);
    first->reason = 1;
    expect(not_revoked);
    second->status = OC_CERT_STATUS_UNKNOWN;
    expect(not_revoked);
}

static void reasons(void **state)
{
    (void)state;
    for (int i = 0; i <= 255; i++) {
        second->reason = (uint8_t)i;
        expect(i >= 1 && i <= 10 && i != 7 && i != 8 ? NULL : reason);
    }
    second->has_reason = false;
    expect(reason);
    second->has_reason = false;
    second->reason = 0;
    expect(NULL);
}

static void revocation_times(void **state)
{
    (void)state;
    second->revocation_time = SIGN_NOW;
    expect(NULL);
    second->revocation_time = 1;
    expect(NULL);
    second->revocation_time = SIGN_NOW + 1;
    expect(later);
    second->this_update = SIGN_NOW - DAY - 1;
    expect(later);
    second->revocation_time = -1;
    expect(later);
    second->revocation_time = INT64_MIN;
    expect(later);
    second->revocation_time = INT64_MAX;
    expect(later);
}

static void extended_revoke(void **state)
{
    (void)state;
    job.is_extended_revoke = false;
    expect(no_extension);
    second->revocation_time = 0;
    expect(other_reason);
    second->revocation_time = 0;
    second->has_reason = false;
    second->reason = 0;
    expect(other_reason);
    job.n_singles = 2;
    expect(of_nothing);
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_UNKNOWN;
    expect(not_configured);
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_UNAUTHORIZED;
    expect(not_configured);
}

static void nonces(void **state)
{
    (void)state;
    job.nonce_len = 0;
    expect(NULL);
    job.nonce_len = JOB_NONCE_MAX;
    expect(NULL);
    job.nonce_len = JOB_NONCE_MAX + 1;
    expect(long_nonce);
    job.nonce_len = SIZE_MAX;
    expect(long_nonce);
    answer_fixture.configs[ISSUER_CA].nonce = NONCE_IGNORE;
    expect(no_nonce);
    answer_fixture.configs[ISSUER_CA].nonce = NONCE_REQUIRED;
    expect(NULL);
}

static void last_of_many_is_refused(void **state)
{
    (void)state;
    for (size_t i = 3; i < JOB_SINGLES_MAX; i++)
        job.singles[i] = job.singles[0];
    job.n_singles = JOB_SINGLES_MAX;
    expect(NULL);
    job.singles[JOB_SINGLES_MAX - 1].next_update = SIGN_NOW + DAY + 1;
    expect(validity);
}

static struct oc_response parse_signed(const struct sign_as *as)
{
    struct oc_bytes der;
    struct oc_response resp;
    assert_null(sign_job(as, &job, SIGN_NOW, fixture.room, MESSAGE_SIZE, &der));
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_int_equal(resp.deviations, 0);
    return resp;
}

static void responder_id_and_certificates(void **state)
{
    struct oc_bytes cert;
    size_t at = 0;
    (void)state;
    struct oc_response resp = parse_signed(&answer_fixture.as[ISSUER_CA]);
    assert_int_equal(resp.responder.kind, OC_RESPONDER_BY_KEY);
    assert_int_equal(resp.signature.certs.n, 1);
    assert_true(oc_cert_next(&resp.signature.certs, &at, &cert));
    assert_true(oc_bytes_equal(cert, fixture_cert(CERT_DELEGATE)->cert.der));
    resp = parse_signed(&answer_fixture.by_ca);
    assert_int_equal(resp.signature.certs.n, 0);
    assert_null(resp.signature.certs.items.data);
    answer_fixture.configs[ISSUER_CA].by_name = true;
    resp = parse_signed(&answer_fixture.by_ca);
    assert_int_equal(resp.responder.kind, OC_RESPONDER_BY_NAME);
    assert_true(oc_bytes_equal(resp.responder.name, fixture_cert(CERT_CA)->cert.subject));
}

// Without extended revoke and nonce there is no extension, and so there is no list of them.
static void extensions(void **state)
{
    (void)state;
    struct oc_response resp = parse_signed(&answer_fixture.by_ca);
    assert_int_equal(resp.extensions.n, 2);
    job.nonce_len = 0;
    resp = parse_signed(&answer_fixture.by_ca);
    assert_int_equal(resp.extensions.n, 1);
    job.is_extended_revoke = false;
    job.n_singles = 2;
    resp = parse_signed(&answer_fixture.by_ca);
    assert_null(resp.extensions.items.data);
}

// RFC 6960 2.2 and 4.4.8: what was never issued has nothing of a CRL, nor is extended revoke here.
static void singles_have_no_extensions(void **state)
{
    struct oc_single_response single;
    size_t at = 0;
    (void)state;
    struct oc_response resp = parse_signed(&answer_fixture.as[ISSUER_CA]);
    for (size_t n = 0; n < 3; n++) {
        assert_true(oc_response_next(&resp, &at, &single));
        assert_null(single.extensions.items.data);
        assert_int_equal(single.extensions.n, 0);
    }
    assert_false(oc_response_next(&resp, &at, &single));
}

static void cert_ids_are_the_issuers(void **state)
{
    struct oc_single_response single;
    size_t at = 0;
    (void)state;
    struct oc_response resp = parse_signed(&answer_fixture.as[ISSUER_CA]);
    for (size_t n = 0; n < 3; n++) {
        assert_true(oc_response_next(&resp, &at, &single));
        assert_true(oc_issuer_matches(&answer_fixture.issuers[ISSUER_CA].issuer, &single.id));
        assert_false(oc_issuer_matches(&answer_fixture.issuers[ISSUER_OTHER].issuer, &single.id));
    }
}

// Everything as large as it may be fits in what the link takes.
static void largest_response(void **state)
{
    struct oc_bytes der;
    (void)state;
    second->serial_len = SERIAL_MAX;
    second->hash = OC_HASH_SHA512;
    for (size_t i = 0; i < JOB_SINGLES_MAX - 1; i++)
        job.singles[i] = *second;
    job.singles[JOB_SINGLES_MAX - 1] = job.singles[2];
    job.singles[JOB_SINGLES_MAX - 1].revocation_time = 0;
    job.singles[JOB_SINGLES_MAX - 1].reason = OC_REASON_CERTIFICATE_HOLD;
    job.n_singles = JOB_SINGLES_MAX;
    job.nonce_len = JOB_NONCE_MAX;
    assert_null(
        sign_job(&answer_fixture.as[ISSUER_CA], &job, SIGN_NOW, fixture.room, MESSAGE_SIZE, &der));
    assert_in_range(der.len, 20000, 40000);
}

static void no_room(void **state)
{
    struct oc_bytes der = {fixture.room, 1};
    (void)state;
    assert_string_equal(
        sign_job(&answer_fixture.as[ISSUER_CA], &job, SIGN_NOW, fixture.room, 64, &der),
        "the buffer is too small for the message");
    assert_null(der.data);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(as_it_should_be),
        TEST(number_of_certificates),
        TEST(produced_at),
        TEST(this_update),
        TEST(next_update),
        TEST(end_of_the_signer),
        TEST(hashes),
        TEST(serial_numbers),
        TEST(statuses),
        TEST(reasons),
        TEST(revocation_times),
        TEST(extended_revoke),
        TEST(nonces),
        TEST(last_of_many_is_refused),
        TEST(responder_id_and_certificates),
        TEST(extensions),
        TEST(singles_have_no_extensions),
        TEST(cert_ids_are_the_issuers),
        TEST(largest_response),
        TEST(no_room),
    };
    return cmocka_run_group_tests(tests, answer_fixture_start, answer_fixture_stop);
}
