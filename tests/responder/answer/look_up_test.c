// SPDX-License-Identifier: MIT
//
// From what a store says to what is said: statuses, policies, times.
#include "fixture/answer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK OC_RESPONSE_SUCCESSFUL
#define TRY_LATER OC_RESPONSE_TRY_LATER

static const int64_t far = SIGN_NOW + 1000 * DAY;
static struct answer_times times = {SIGN_NOW, 0};
static struct job job;
static struct record records[JOB_SINGLES_MAX];
static struct store_error failure;

// Asks the CA about `n` serial numbers, for a signer that ends at `ends`.
static enum oc_response_status look_up(const struct oc_bytes *serials, size_t n, int64_t ends)
{
    static struct fixture_id ids[FIXTURE_IDS_MAX];
    static struct asked asked;
    for (size_t i = 0; i < n; i++)
        ids[i] = (struct fixture_id){.serial = serials[i]};
    memset(&job, 0xff, sizeof job);
    memset(records, 0xff, sizeof records);
    assert_int_equal(answer_read(&answer_fixture.served, fixture_request(ids, n, NULL, 0), &asked),
                     OK);
    enum oc_response_status status =
        answer_look_up(&asked, &times, 3, ends, &job, records, &failure);
    assert_int_equal(job.n_singles, status == OK ? n : 0);
    return status;
}

static const struct job_single *say(struct record record)
{
    const struct oc_bytes serial = good_serial();
    fixture_put(ISSUER_CA, serial, record);
    assert_int_equal(look_up(&serial, 1, far), OK);
    assert_int_equal(records[0].status, record.status);
    return &job.singles[0];
}

static enum oc_response_status refuse(struct record record)
{
    const struct oc_bytes serial = good_serial();
    fixture_put(ISSUER_CA, serial, record);
    return look_up(&serial, 1, far);
}

static void good(void **state)
{
    (void)state;
    const struct job_single *single = say((struct record){RECORD_GOOD});
    assert_int_equal(job.signer, 3);
    assert_int_equal(job.produced_at, SIGN_NOW);
    assert_int_equal(job.nonce_len, 0);
    assert_false(job.is_extended_revoke);
    assert_int_equal(single->status, OC_CERT_STATUS_GOOD);
    assert_int_equal(single->hash, OC_HASH_SHA1);
    assert_int_equal(single->serial_len, good_serial().len);
    assert_memory_equal(single->serial, good_serial().data, good_serial().len);
    assert_int_equal(single->this_update, SIGN_NOW);
    assert_int_equal(single->next_update, SIGN_NOW + DAY);
    assert_false(single->has_reason);
    assert_int_equal(single->revocation_time, 0);
}

// Members that a store sets for a good certificate, although only a revoked one has them, are
// ignored.
static void good_with_a_reason(void **state)
{
    (void)state;
    const struct job_single *single = say((struct record){RECORD_GOOD, SIGN_NOW - 5, true, 1});
    assert_false(single->has_reason);
    assert_int_equal(single->reason, 0);
    assert_int_equal(single->revocation_time, 0);
}

static void expired_certificate(void **state)
{
    (void)state;
    const struct job_single *single =
        say((struct record){RECORD_GOOD, .expires = SIGN_NOW - 100 * DAY});
    assert_int_equal(single->status, OC_CERT_STATUS_GOOD);
    single =
        say((struct record){RECORD_REVOKED, SIGN_NOW - 200 * DAY, .expires = SIGN_NOW - 100 * DAY});
    assert_int_equal(single->status, OC_CERT_STATUS_REVOKED);
}

static void each_reason(void **state)
{
    (void)state;
    for (int reason = 0; reason <= 255; reason++) {
        bool is_said = reason >= 1 && reason <= 10 && reason != 7 && reason != 8;
        const struct job_single *single =
            say((struct record){RECORD_REVOKED, SIGN_NOW - DAY, true, (uint8_t)reason});
        assert_int_equal(single->status, OC_CERT_STATUS_REVOKED);
        assert_int_equal(single->revocation_time, SIGN_NOW - DAY);
        assert_int_equal(single->has_reason, is_said);
        assert_int_equal(single->reason, is_said ? reason : 0);
        single = say((struct record){RECORD_REVOKED, SIGN_NOW - DAY, false, (uint8_t)reason});
        assert_false(single->has_reason);
        assert_int_equal(single->reason, 0);
    }
}

static void time_of_a_revocation(void **state)
{
    static const int64_t revoked[][2] = {
        {SIGN_NOW, SIGN_NOW}, {SIGN_NOW + 1, SIGN_NOW},     {INT64_MAX, SIGN_NOW}, {1, 1}, {0, 1},
        {INT64_MIN, 1},       {SIGN_NOW - 5, SIGN_NOW - 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof revoked / sizeof revoked[0]; i++) {
        const struct job_single *single = say((struct record){RECORD_REVOKED, revoked[i][0]});
        assert_int_equal(single->status, OC_CERT_STATUS_REVOKED);
        assert_int_equal(single->revocation_time, revoked[i][1]);
    }
}

static void never_issued_is_unknown(void **state)
{
    (void)state;
    const struct job_single *single = say((struct record){RECORD_NOT_ISSUED});
    assert_int_equal(single->status, OC_CERT_STATUS_UNKNOWN);
    assert_false(job.is_extended_revoke);
    assert_false(single->has_reason);
    assert_int_equal(single->next_update, SIGN_NOW + DAY);
}

static void never_issued_is_unauthorized(void **state)
{
    const struct oc_bytes serials[] = {good_serial(), unknown_serial()};
    (void)state;
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_UNAUTHORIZED;
    assert_int_equal(look_up(serials, 1, far), OK);
    assert_int_equal(look_up(serials, 2, far), OC_RESPONSE_UNAUTHORIZED);
    assert_int_equal(look_up(serials + 1, 1, far), OC_RESPONSE_UNAUTHORIZED);
}

// RFC 6960 2.2 and 4.4.8, in the response that the signer makes of it.
static void never_issued_is_revoked(void **state)
{
    const struct fixture_id ids[] = {{.serial = unknown_serial()}, {.serial = good_serial()}};
    struct oc_bytes der;
    struct oc_verdict verdict;
    struct oc_response resp;
    struct oc_extension extension;
    (void)state;
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_REVOKED;
    assert_int_equal(fixture_answer(fixture_request(ids, 2, NULL, 0), &times, &der), OK);
    assert_int_equal(
        fixture_verify(ISSUER_CA, der, unknown_serial(), (struct oc_bytes){0}, SIGN_NOW, &verdict),
        OC_OK);
    assert_int_equal(verdict.status, OC_CERT_STATUS_REVOKED);
    assert_true(verdict.is_not_issued);
    assert_true(verdict.has_reason);
    assert_int_equal(verdict.reason, OC_REASON_CERTIFICATE_HOLD);
    assert_int_equal(verdict.revocation_time, 0);
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_true(oc_extension_find(&resp.extensions, OC_EXT_EXTENDED_REVOKE, &extension));
    assert_false(extension.critical);
    assert_int_equal(extension.value.len, 2);
    assert_memory_equal(extension.value.data, "\x05\x00", 2);
    assert_int_equal(
        fixture_verify(ISSUER_CA, der, good_serial(), (struct oc_bytes){0}, SIGN_NOW, &verdict),
        OC_OK);
    assert_int_equal(verdict.status, OC_CERT_STATUS_GOOD);
}

static void extension_only_where_it_belongs(void **state)
{
    (void)state;
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_REVOKED;
    say((struct record){RECORD_GOOD});
    assert_false(job.is_extended_revoke);
    say((struct record){RECORD_REVOKED, 0, true, OC_REASON_CERTIFICATE_HOLD});
    assert_false(job.is_extended_revoke);
    assert_int_equal(job.singles[0].revocation_time, 1);
}

static void store_that_cannot_say(void **state)
{
    (void)state;
    assert_int_equal(refuse((struct record){RECORD_NONE}), TRY_LATER);
    assert_int_equal(refuse((struct record){(enum record_status)4}), TRY_LATER);
    assert_int_equal(refuse((struct record){(enum record_status) - 1}), TRY_LATER);
    answer_fixture.stores[ISSUER_CA].fails = true;
    assert_int_equal(refuse((struct record){RECORD_GOOD}), TRY_LATER);
    assert_int_equal(failure.fault, STORE_FAULT_BUSY);
    answer_fixture.stores[ISSUER_CA].fails = false;
    assert_int_equal(refuse((struct record){RECORD_GOOD}), OK);
    assert_int_equal(failure.fault, STORE_FAULT_NONE);
}

// A CRL of an hour ago until in an hour.
static void record_of_its_own_time(void **state)
{
    (void)state;
    const struct job_single *single = say((struct record){
        RECORD_GOOD, .this_update = SIGN_NOW - HOUR, .next_update = SIGN_NOW + HOUR});
    assert_int_equal(single->this_update, SIGN_NOW - HOUR);
    assert_int_equal(single->next_update, SIGN_NOW + HOUR);
    single = say((struct record){RECORD_GOOD, .this_update = SIGN_NOW - HOUR,
                                 .next_update = SIGN_NOW + 9 * DAY});
    assert_int_equal(single->next_update, SIGN_NOW + DAY);
    // A record without nextUpdate is valid for one validity from its thisUpdate.
    single = say((struct record){RECORD_GOOD, .this_update = SIGN_NOW - HOUR});
    assert_int_equal(single->next_update, SIGN_NOW - HOUR + DAY);
    single = say((struct record){RECORD_REVOKED, SIGN_NOW - 5, .this_update = SIGN_NOW - HOUR});
    assert_int_equal(single->revocation_time, SIGN_NOW - HOUR);
}

static void record_out_of_date(void **state)
{
    (void)state;
    assert_int_equal(refuse((struct record){RECORD_GOOD, .this_update = SIGN_NOW - DAY,
                                            .next_update = SIGN_NOW}),
                     TRY_LATER);
    assert_int_equal(refuse((struct record){RECORD_REVOKED, 5, .this_update = SIGN_NOW - DAY,
                                            .next_update = SIGN_NOW - 1}),
                     TRY_LATER);
    assert_int_equal(refuse((struct record){RECORD_GOOD, .this_update = SIGN_NOW + 1,
                                            .next_update = SIGN_NOW + DAY}),
                     TRY_LATER);
    assert_int_equal(refuse((struct record){RECORD_GOOD, .this_update = SIGN_NOW - DAY}),
                     TRY_LATER);
    assert_int_equal(refuse((struct record){RECORD_GOOD, .this_update = -1}), TRY_LATER);
    assert_int_equal(refuse((struct record){RECORD_GOOD, .next_update = -1}), TRY_LATER);
    assert_int_equal(
        refuse((struct record){RECORD_GOOD, .this_update = SIGN_NOW, .next_update = SIGN_NOW + 1}),
        OK);
}

// RFC 6960 2.7.

enum { COMPROMISED = SIGN_NOW - 10 * DAY };

static void compromise(void)
{
    answer_fixture.configs[ISSUER_CA].ca_compromised = "set";
    answer_fixture.configs[ISSUER_CA].ca_compromised_at = COMPROMISED;
}

static void assert_compromised(int64_t since, int reason)
{
    const struct oc_bytes serial = good_serial();
    assert_int_equal(look_up(&serial, 1, far), OK);
    assert_int_equal(records[0].status, RECORD_REVOKED);
    const struct job_single *single = &job.singles[0];
    assert_int_equal(single->status, OC_CERT_STATUS_REVOKED);
    assert_int_equal(single->revocation_time, since);
    assert_true(single->has_reason);
    assert_int_equal(single->reason, reason);
    assert_int_equal(single->this_update, SIGN_NOW);
    assert_int_equal(single->next_update, SIGN_NOW + DAY);
    assert_false(job.is_extended_revoke);
}

static void ca_compromised_whatever_the_source_says(void **state)
{
    static const struct record said[] = {
        {RECORD_NONE},
        {RECORD_GOOD},
        {RECORD_NOT_ISSUED},
        {RECORD_UNCERTAIN},
        {RECORD_GOOD, .this_update = SIGN_NOW - DAY, .next_update = SIGN_NOW - 1},
        {RECORD_GOOD, .this_update = SIGN_NOW + HOUR, .next_update = SIGN_NOW + DAY},
        {RECORD_GOOD, .this_update = SIGN_NOW - HOUR, .next_update = SIGN_NOW + HOUR},
        {RECORD_REVOKED, COMPROMISED, true, OC_REASON_SUPERSEDED},
        {RECORD_REVOKED, SIGN_NOW - DAY, true, OC_REASON_KEY_COMPROMISE},
    };
    (void)state;
    compromise();
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_REVOKED;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        fixture_put(ISSUER_CA, good_serial(), said[i]);
        assert_compromised(COMPROMISED, OC_REASON_CA_COMPROMISE);
    }
    answer_fixture.configs[ISSUER_CA].unknown = UNKNOWN_UNAUTHORIZED;
    fixture_put(ISSUER_CA, good_serial(), (struct record){RECORD_NOT_ISSUED});
    assert_compromised(COMPROMISED, OC_REASON_CA_COMPROMISE);
    answer_fixture.stores[ISSUER_CA].fails = true;
    assert_compromised(COMPROMISED, OC_REASON_CA_COMPROMISE);
    assert_int_equal(failure.fault, STORE_FAULT_NONE);
}

static void ca_compromised_after_a_revocation(void **state)
{
    (void)state;
    compromise();
    fixture_put(ISSUER_CA, good_serial(),
                (struct record){RECORD_REVOKED, COMPROMISED - 1, true, OC_REASON_SUPERSEDED,
                                .this_update = SIGN_NOW - DAY, .next_update = SIGN_NOW - HOUR});
    assert_compromised(COMPROMISED - 1, OC_REASON_SUPERSEDED);
}

// The other issuer is not concerned.
static void ca_compromised_of_another_issuer(void **state)
{
    (void)state;
    answer_fixture.configs[ISSUER_OTHER].ca_compromised = "set";
    say((struct record){RECORD_GOOD});
    assert_int_equal(job.singles[0].status, OC_CERT_STATUS_GOOD);
}

static void never_after_the_end_of_the_signer(void **state)
{
    const struct oc_bytes serial = good_serial();
    (void)state;
    assert_int_equal(look_up(&serial, 1, SIGN_NOW + DAY + 1), OK);
    assert_int_equal(job.singles[0].next_update, SIGN_NOW + DAY);
    assert_int_equal(look_up(&serial, 1, SIGN_NOW + HOUR), OK);
    assert_int_equal(job.singles[0].next_update, SIGN_NOW + HOUR);
    assert_int_equal(look_up(&serial, 1, SIGN_NOW + 1), OK);
    assert_int_equal(look_up(&serial, 1, SIGN_NOW), TRY_LATER);
    assert_int_equal(look_up(&serial, 1, SIGN_NOW - 1), TRY_LATER);
}

static void jitter_is_taken_off(void **state)
{
    static const int64_t jitters[][2] = {{0, DAY},
                                         {1, DAY - 8},
                                         {500, DAY - DAY / 20},
                                         {1000, DAY - DAY / 10},
                                         {5000, DAY - DAY / 10}};
    (void)state;
    for (size_t i = 0; i < sizeof jitters / sizeof jitters[0]; i++) {
        times.jitter = (unsigned)jitters[i][0];
        const struct job_single *single = say((struct record){RECORD_GOOD});
        assert_int_equal(single->next_update, SIGN_NOW + jitters[i][1]);
    }
    times.jitter = 0;
}

static void nonce_is_passed_on(void **state)
{
    static const uint8_t octets[JOB_NONCE_MAX] = {1, 2, 3};
    const struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {octets, sizeof octets}};
    const struct fixture_id id = {0};
    static struct asked asked;
    (void)state;
    assert_int_equal(
        answer_read(&answer_fixture.served, fixture_request(&id, 1, &nonce, 1), &asked), OK);
    assert_int_equal(answer_look_up(&asked, &times, 0, far, &job, records, &failure), OK);
    assert_int_equal(job.nonce_len, JOB_NONCE_MAX);
    assert_memory_equal(job.nonce, octets, sizeof octets);
}

// Another answer each time.
static bool moody_look_up(struct store *store, struct oc_bytes serial, struct record *out,
                          struct store_error *err)
{
    struct fixed_store *fixed = (struct fixed_store *)store;
    (void)serial;
    (void)err;
    *out = (struct record){fixed->n_asked++ % 2 == 0 ? RECORD_REVOKED : RECORD_GOOD, 5};
    return true;
}

static void asked_twice_answered_once(void **state)
{
    static const struct store_methods moody = {.look_up = moody_look_up};
    const struct oc_bytes serials[] = {revoked_serial(), revoked_serial(), good_serial(),
                                       revoked_serial()};
    (void)state;
    answer_fixture.stores[ISSUER_CA].store.methods = &moody;
    assert_int_equal(look_up(serials, 4, far), OK);
    assert_int_equal(answer_fixture.stores[ISSUER_CA].n_asked, 2);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(job.singles[i].status,
                         i == 2 ? OC_CERT_STATUS_GOOD : OC_CERT_STATUS_REVOKED);
}

// One that cannot be said is enough to say nothing.
static void last_of_many_fails(void **state)
{
    static struct oc_bytes serials[JOB_SINGLES_MAX];
    (void)state;
    for (size_t i = 0; i < JOB_SINGLES_MAX; i++)
        serials[i] = good_serial();
    assert_int_equal(look_up(serials, JOB_SINGLES_MAX, far), OK);
    serials[JOB_SINGLES_MAX - 1] = revoked_serial();
    fixture_put(ISSUER_CA, revoked_serial(), (struct record){RECORD_NONE});
    assert_int_equal(look_up(serials, JOB_SINGLES_MAX, far), TRY_LATER);
}

#define TEST(name) cmocka_unit_test_setup(name, answer_fixture_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good),
        TEST(good_with_a_reason),
        TEST(expired_certificate),
        TEST(each_reason),
        TEST(time_of_a_revocation),
        TEST(never_issued_is_unknown),
        TEST(never_issued_is_unauthorized),
        TEST(never_issued_is_revoked),
        TEST(extension_only_where_it_belongs),
        TEST(store_that_cannot_say),
        TEST(record_of_its_own_time),
        TEST(record_out_of_date),
        TEST(ca_compromised_whatever_the_source_says),
        TEST(ca_compromised_after_a_revocation),
        TEST(ca_compromised_of_another_issuer),
        TEST(never_after_the_end_of_the_signer),
        TEST(jitter_is_taken_off),
        TEST(nonce_is_passed_on),
        TEST(asked_twice_answered_once),
        TEST(last_of_many_fails),
    };
    return cmocka_run_group_tests(tests, answer_fixture_start, answer_fixture_stop);
}
