// SPDX-License-Identifier: MIT
//
// The writer: its octets, its sizes without a buffer, buffers of every wrong size.
#include <ocsp/der.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"

static const uint8_t oid_sha1[] = {0x2B, 0x0E, 0x03, 0x02, 0x1A};

// One element of each kind; the last one of the message is written first.
static void write_all(struct oc_der_writer *w)
{
    static const uint8_t octets[] = {0xAB, 0xCD};
    oc_der_write_generalized_time(w, 1712145600);
    oc_der_write_bit_string(w, (struct oc_bytes){octets, 2});
    oc_der_write_small(w, OC_DER_ENUMERATED, 6);
    oc_der_write_small(w, OC_DER_INTEGER, 0x7FFFFFFF);
    oc_der_write_small(w, OC_DER_INTEGER, 0x80);
    oc_der_write_small(w, OC_DER_INTEGER, 0);
    oc_der_write_integer(w, (struct oc_bytes){octets, 2});
    oc_der_write_boolean(w, false);
    oc_der_write_boolean(w, true);
    size_t mark = w->len;
    oc_der_write_null(w);
    oc_der_write_oid(w, (struct oc_bytes){oid_sha1, sizeof oid_sha1});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
    oc_der_write(w, OC_DER_HIGH(0x9F, 200), (struct oc_bytes){octets, 1});
    oc_der_write_raw(w, (struct oc_bytes){octets, 0});
}

static const char all_hex[] = "9F814801AB"
                              "300906052B0E03021A0500"
                              "0101FF"
                              "010100"
                              "0202ABCD"
                              "020100"
                              "02020080"
                              "02047FFFFFFF"
                              "0A0106"
                              "030300ABCD"
                              "180F32303234303430333132303030305A";

static void octets_of_each_type(void **state)
{
    uint8_t expected[128];
    uint8_t buf[128];
    struct oc_der_writer w;
    struct oc_bytes out;
    size_t len = strlen(all_hex) / 2;
    (void)state;
    assert_true(hex_decode(all_hex, 2 * len, expected));
    oc_der_writer_init(&w, buf, sizeof buf);
    write_all(&w);
    assert_int_equal(oc_der_writer_finish(&w, &out), OC_OK);
    assert_int_equal(out.len, len);
    assert_ptr_equal(out.data + out.len, buf + sizeof buf);
    assert_memory_equal(out.data, expected, len);
}

static void size_without_a_buffer(void **state)
{
    struct oc_der_writer w;
    struct oc_bytes out;
    (void)state;
    oc_der_writer_init(&w, NULL, 0);
    write_all(&w);
    assert_int_equal(oc_der_writer_finish(&w, &out), OC_OK);
    assert_null(out.data);
    assert_int_equal(out.len, strlen(all_hex) / 2);
}

// The heap's guard finds a write outside of the buffer.
static void every_size_too_small(void **state)
{
    (void)state;
    for (size_t size = 0; size < strlen(all_hex) / 2; size++) {
        uint8_t *buf = malloc(size + 1);
        struct oc_der_writer w;
        struct oc_bytes out = {buf, 1};
        oc_der_writer_init(&w, buf + 1, size);
        write_all(&w);
        assert_int_equal(oc_der_writer_finish(&w, &out), OC_ERR_SPACE);
        assert_null(out.data);
        assert_int_equal(out.len, 0);
        free(buf);
    }
}

static void lengths_at_their_borders(void **state)
{
    static const struct {
        size_t len;
        const char *head;
    } lengths[] = {{0, "0400"},       {127, "047F"},       {128, "048180"},      {255, "0481FF"},
                   {256, "04820100"}, {65535, "0482FFFF"}, {65536, "0483010000"}};
    static uint8_t content[65536];
    static uint8_t buf[65600];
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct oc_der_writer w;
        struct oc_bytes out;
        uint8_t head[8];
        size_t head_len = strlen(lengths[i].head) / 2;
        assert_true(hex_decode(lengths[i].head, 2 * head_len, head));
        oc_der_writer_init(&w, buf, sizeof buf);
        oc_der_write(&w, OC_DER_OCTET_STRING, (struct oc_bytes){content, lengths[i].len});
        assert_int_equal(oc_der_writer_finish(&w, &out), OC_OK);
        assert_int_equal(out.len, head_len + lengths[i].len);
        assert_memory_equal(out.data, head, head_len);
    }
}

static enum oc_err finish(struct oc_der_writer *w)
{
    struct oc_bytes out;
    return oc_der_writer_finish(w, &out);
}

static void content_that_is_none(void **state)
{
    static const uint8_t padded[] = {0x00, 0x01};
    static const uint8_t unfinished[] = {0x2A, 0x86};
    struct oc_der_writer w;
    uint8_t buf[64];
    (void)state;
    oc_der_writer_init(&w, buf, sizeof buf);
    oc_der_write_integer(&w, (struct oc_bytes){padded, 2});
    assert_int_equal(finish(&w), OC_ERR_ARGUMENT);
    oc_der_writer_init(&w, buf, sizeof buf);
    oc_der_write_integer(&w, (struct oc_bytes){padded, 0});
    assert_int_equal(finish(&w), OC_ERR_ARGUMENT);
    oc_der_writer_init(&w, buf, sizeof buf);
    oc_der_write_oid(&w, (struct oc_bytes){unfinished, 2});
    assert_int_equal(finish(&w), OC_ERR_ARGUMENT);
    oc_der_writer_init(&w, buf, sizeof buf);
    oc_der_write_generalized_time(&w, 253402300800);
    assert_int_equal(finish(&w), OC_ERR_TIME);
}

static void first_error_stays(void **state)
{
    struct oc_der_writer w;
    uint8_t buf[4];
    (void)state;
    oc_der_writer_init(&w, buf, sizeof buf);
    oc_der_write_generalized_time(&w, INT64_MAX);
    write_all(&w);
    assert_int_equal(finish(&w), OC_ERR_TIME);
    assert_int_equal(w.len, 0);
}

// A number that is written as a small one is read as the same number.
static void small_numbers_come_back(void **state)
{
    static const uint32_t numbers[] = {0,     1,     127,      128,      255,       256,
                                       32767, 32768, 0x7FFFFF, 0x800000, 0x7FFFFFFF};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct oc_der_writer w;
        struct oc_bytes out;
        uint8_t buf[8];
        uint32_t number;
        oc_der_writer_init(&w, buf, sizeof buf);
        oc_der_write_small(&w, OC_DER_INTEGER, numbers[i]);
        assert_int_equal(oc_der_writer_finish(&w, &out), OC_OK);
        assert_int_equal(oc_der_read_small(&out, &number), OC_OK);
        assert_int_equal(number, numbers[i]);
        assert_int_equal(out.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_of_each_type),     cmocka_unit_test(size_without_a_buffer),
        cmocka_unit_test(every_size_too_small),    cmocka_unit_test(lengths_at_their_borders),
        cmocka_unit_test(content_that_is_none),    cmocka_unit_test(first_error_stays),
        cmocka_unit_test(small_numbers_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
