// SPDX-License-Identifier: MIT
//
// Messages between the two processes: one form for each thing that can be said, and nothing else is
// read.
#include "signer/packet.h"

#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t room[PACKET_JOB_MAX];
static struct guard guard;

static int start(void **state)
{
    (void)state;
    guard_init(&guard, PACKET_DONE_MAX + 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    guard_free(&guard);
    return 0;
}

static void fill_job(struct job *job, size_t n)
{
    memset(job, 0, sizeof *job);
    job->signer = 0x01020304;
    job->produced_at = -2;
    job->is_extended_revoke = true;
    job->nonce_len = JOB_NONCE_MAX;
    memset(job->nonce, 0xab, sizeof job->nonce);
    job->n_singles = n;
    for (size_t i = 0; i < n; i++) {
        struct job_single *single = &job->singles[i];
        single->hash = (enum oc_hash)(OC_HASH_SHA1 + i % 5);
        single->serial_len = 1 + i % SERIAL_MAX;
        memset(single->serial, (int)i, single->serial_len);
        single->status = (enum oc_cert_status)(OC_CERT_STATUS_GOOD + i % 3);
        single->revocation_time = INT64_MIN;
        single->has_reason = i % 2 == 1;
        single->reason = (uint8_t)(i + 200);
        single->this_update = INT64_MAX;
        single->next_update = (int64_t)i;
    }
}

static bool read_job(const uint8_t *data, size_t len, bool *has_number, uint64_t *number,
                     struct job *out)
{
    memset(out, 0xff, sizeof *out);
    return packet_read_job((struct oc_bytes){guard_at_end(&guard, data, len), len}, has_number,
                           number, out);
}

static void job_as_it_was(void **state)
{
    static struct job job;
    static struct job again;
    (void)state;
    for (size_t n = 1; n <= JOB_SINGLES_MAX; n++) {
        bool has_number = false;
        uint64_t number = 0;
        fill_job(&job, n);
        size_t len = packet_write_job(UINT64_MAX - n, &job, room, sizeof room);
        assert_true(len > 0);
        assert_true(read_job(room, len, &has_number, &number, &again));
        assert_true(has_number);
        assert_true(number == UINT64_MAX - n);
        assert_memory_equal(&job, &again, sizeof job);
        assert_int_equal(packet_write_job(1, &job, room, len - 1), 0);
    }
}

static void expect_no_job(const uint8_t *data, size_t len)
{
    static const struct job none;
    static struct job job;
    bool has_number = true;
    uint64_t number = 0;
    assert_false(read_job(data, len, &has_number, &number, &job));
    assert_memory_equal(&job, &none, sizeof job);
    assert_int_equal(has_number, len >= 10 && data[0] == 1 && data[1] == 2);
}

static void job_cut_or_with_more(void **state)
{
    static struct job job;
    (void)state;
    fill_job(&job, 3);
    size_t len = packet_write_job(7, &job, room, sizeof room);
    for (size_t i = 0; i < len; i++)
        expect_no_job(room, i);
    room[len] = 0;
    expect_no_job(room, len + 1);
    expect_no_job(room, sizeof room);
}

// A message that still parses after a flip is written in the same way.
static void job_with_a_flipped_bit(void **state)
{
    static struct job job;
    static uint8_t again[PACKET_JOB_MAX];
    size_t n_read = 0;
    (void)state;
    fill_job(&job, 3);
    size_t len = packet_write_job(7, &job, room, sizeof room);
    for (size_t bit = 0; bit < len * 8; bit++) {
        bool has_number;
        uint64_t number;
        room[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (read_job(room, len, &has_number, &number, &job)) {
            assert_int_equal(packet_write_job(number, &job, again, sizeof again), len);
            assert_memory_equal(room, again, len);
            n_read++;
        } else {
            expect_no_job(room, len);
        }
        room[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_true(n_read > 0 && n_read < len * 8);
}

static void job_that_cannot_be_written(void **state)
{
    static struct job job;
    (void)state;
    fill_job(&job, 1);
    job.n_singles = JOB_SINGLES_MAX + 1;
    assert_int_equal(packet_write_job(1, &job, room, sizeof room), 0);
    fill_job(&job, 1);
    job.nonce_len = JOB_NONCE_MAX + 1;
    assert_int_equal(packet_write_job(1, &job, room, sizeof room), 0);
    fill_job(&job, 1);
    job.singles[0].serial_len = SERIAL_MAX + 1;
    assert_int_equal(packet_write_job(1, &job, room, sizeof room), 0);
}

// Octets of a job, by their place in a packet with one certificate.
static void job_out_of_bounds(void **state)
{
    enum { SIGNER = 10, FLAG = 22, NONCE = 23, COUNT = 24, HASH = 25, LEN = 26, STATUS = 28 };
    static const struct {
        size_t at;
        uint8_t octet;
    } wrong[] = {{0, 0},      {0, 2},       {1, 1},         {1, 3},     {FLAG, 2},  {FLAG, 0xff},
                 {NONCE, 1},  {NONCE, 129}, {NONCE, 0xff},  {COUNT, 0}, {COUNT, 2}, {COUNT, 101},
                 {HASH, 0},   {HASH, 6},    {LEN, 0},       {LEN, 2},   {LEN, 65},  {LEN, 0xff},
                 {STATUS, 0}, {STATUS, 4},  {STATUS + 9, 2}};
    static struct job job;
    (void)state;
    fill_job(&job, 1);
    job.nonce_len = 0;
    size_t len = packet_write_job(7, &job, room, sizeof room);
    assert_int_equal(len, STATUS + 1 + 8 + 2 + 8 + 8);
    assert_int_equal(room[SIGNER], 1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t right = room[wrong[i].at];
        room[wrong[i].at] = wrong[i].octet;
        expect_no_job(room, len);
        room[wrong[i].at] = right;
    }
}

static const struct packet_hello greeting = {3, 2, {"first", {1, 2, 3}, {4, 5, 6}, -1, INT64_MAX}};

static bool read_hello(const uint8_t *data, size_t len, struct packet_hello *out)
{
    memset(out, 0xff, sizeof *out);
    return packet_read_hello((struct oc_bytes){guard_at_end(&guard, data, len), len}, out);
}

static void hello_as_it_was(void **state)
{
    struct packet_hello longest = greeting;
    struct packet_hello again;
    (void)state;
    size_t len = packet_write_hello(&greeting, room, PACKET_HELLO_MAX);
    assert_true(read_hello(room, len, &again));
    assert_string_equal(again.info.name, "first");
    assert_memory_equal(&again.info, &greeting.info, sizeof again.info);
    assert_int_equal(again.n, 3);
    assert_int_equal(again.i, 2);
    memset(longest.info.name, 'x', sizeof longest.info.name - 1);
    len = packet_write_hello(&longest, room, PACKET_HELLO_MAX);
    assert_true(len > 0);
    assert_true(read_hello(room, len, &again));
    assert_int_equal(strlen(again.info.name), sizeof again.info.name - 1);
    assert_int_equal(packet_write_hello(&longest, room, len - 1), 0);
    memset(longest.info.name, 'x', sizeof longest.info.name);
    assert_int_equal(packet_write_hello(&longest, room, PACKET_HELLO_MAX), 0);
}

static void hello_cut_or_flipped(void **state)
{
    struct packet_hello again;
    uint8_t octets[PACKET_HELLO_MAX];
    (void)state;
    size_t len = packet_write_hello(&greeting, room, PACKET_HELLO_MAX);
    for (size_t i = 0; i < len; i++)
        assert_false(read_hello(room, i, &again));
    room[len] = 0;
    assert_false(read_hello(room, len + 1, &again));
    for (size_t bit = 0; bit < len * 8; bit++) {
        room[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (read_hello(room, len, &again)) {
            assert_int_equal(packet_write_hello(&again, octets, sizeof octets), len);
            assert_memory_equal(octets, room, len);
            assert_true(again.i < again.n && again.n <= PACKET_SIGNERS_MAX);
        }
        room[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void hello_that_cannot_be(void **state)
{
    struct packet_hello wrong[] = {greeting, greeting, greeting, greeting};
    struct packet_hello again;
    (void)state;
    wrong[0].i = 3;
    wrong[1].n = 0;
    wrong[2].n = PACKET_SIGNERS_MAX + 1;
    for (size_t i = 0; i < 4; i++) {
        size_t len = packet_write_hello(&wrong[i], room, PACKET_HELLO_MAX);
        assert_int_equal(read_hello(room, len, &again), i == 3);
    }
    // A name that ends before it ends.
    size_t len = packet_write_hello(&greeting, room, PACKET_HELLO_MAX);
    room[12] = 0;
    assert_false(read_hello(room, len, &again));
}

static void answers(void **state)
{
    static uint8_t packet[PACKET_DONE_MAX + 1];
    uint64_t number = 0;
    struct oc_bytes der;
    (void)state;
    packet_write_done(UINT64_C(0x0123456789abcdef), packet);
    assert_true(packet_read_done((struct oc_bytes){packet, PACKET_DONE_HEAD}, &number, &der));
    assert_true(number == UINT64_C(0x0123456789abcdef));
    assert_null(der.data);
    assert_int_equal(der.len, 0);
    assert_true(packet_read_done((struct oc_bytes){packet, PACKET_DONE_MAX}, &number, &der));
    assert_ptr_equal(der.data, packet + PACKET_DONE_HEAD);
    assert_int_equal(der.len, SIGNER_RESPONSE_MAX);
    assert_false(packet_read_done((struct oc_bytes){packet, PACKET_DONE_MAX + 1}, &number, &der));
    assert_null(der.data);
    for (size_t len = 0; len < PACKET_DONE_HEAD; len++)
        assert_false(packet_read_done((struct oc_bytes){packet, len}, &number, &der));
    for (size_t i = 0; i < 2; i++) {
        packet[i]++;
        assert_false(packet_read_done((struct oc_bytes){packet, PACKET_DONE_HEAD}, &number, &der));
        packet[i]--;
    }
}

static struct oc_bytes packet_of(const uint8_t *data, size_t len)
{
    return (struct oc_bytes){guard_at_end(&guard, data, len), len};
}

static void messages_in_their_frames(void **state)
{
    static const uint8_t octets[] = {0, 0, 0, 2, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 1, 'c'};
    static const size_t lens[] = {2, 0, 1};
    static const size_t places[] = {4, 10, 14};
    struct oc_bytes packet = packet_of(octets, sizeof octets);
    const uint8_t *begin = packet.data;
    struct oc_bytes message;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(packet_next(&packet, &message));
        assert_int_equal(message.len, lens[i]);
        assert_ptr_equal(message.data, begin + places[i]);
    }
    assert_int_equal(packet.len, 0);
    assert_false(packet_next(&packet, &message));
    memcpy(room + PACKET_FRAME, "ab", 2);
    assert_int_equal(packet_frame(room, 2), PACKET_FRAME + 2);
    assert_memory_equal(room, octets, PACKET_FRAME + 2);
}

static void frames_that_are_broken(void **state)
{
    static const uint8_t octets[] = {0, 0, 0, 2, 'a', 'b'};
    static const uint8_t large[] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3};
    struct oc_bytes message;
    (void)state;
    for (size_t len = 0; len < sizeof octets; len++) {
        struct oc_bytes packet = packet_of(octets, len);
        assert_false(packet_next(&packet, &message));
        assert_int_equal(packet.len, len);
    }
    struct oc_bytes packet = packet_of(large, sizeof large);
    assert_false(packet_next(&packet, &message));
    assert_int_equal(packet.len, sizeof large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_as_it_was),
        cmocka_unit_test(job_cut_or_with_more),
        cmocka_unit_test(job_with_a_flipped_bit),
        cmocka_unit_test(job_that_cannot_be_written),
        cmocka_unit_test(job_out_of_bounds),
        cmocka_unit_test(hello_as_it_was),
        cmocka_unit_test(hello_cut_or_flipped),
        cmocka_unit_test(hello_that_cannot_be),
        cmocka_unit_test(answers),
        cmocka_unit_test(messages_in_their_frames),
        cmocka_unit_test(frames_that_are_broken),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
