// SPDX-License-Identifier: MIT
//
// The reader: valid elements, and for each rule of DER an element that breaks it. Every input
// ends at a page that cannot be read.
#include <ocsp/der.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "hex.h"

enum { MAX_INPUT = 70000 };

static struct guard guard;

// Places the octets in `hex` at the end of the guarded memory.
static struct oc_bytes input(const char *hex)
{
    uint8_t octets[256];
    assert_true(strlen(hex) / 2 <= sizeof octets);
    assert_true(hex_decode(hex, strlen(hex), octets));
    return (struct oc_bytes){guard_at_end(&guard, octets, strlen(hex) / 2), strlen(hex) / 2};
}

struct refusal {
    const char *name;
    enum oc_err (*read)(struct oc_bytes *in);
    const char *hex;
    enum oc_err code;
};

// On failure the cursor must not move.
static void refuse(const struct refusal *r)
{
    struct oc_bytes in = input(r->hex);
    struct oc_bytes before = in;
    enum oc_err code = r->read(&in);
    if (code != r->code)
        fail_msg("%s: %s, not %s", r->name, oc_err_name(code), oc_err_name(r->code));
    if (in.data != before.data || in.len != before.len)
        fail_msg("%s: the cursor has moved", r->name);
}

static enum oc_err sequence(struct oc_bytes *in)
{
    struct oc_bytes content = {in->data, 1};
    enum oc_err code = oc_der_read(in, OC_DER_SEQUENCE, &content);
    if (code != OC_OK && (content.data != NULL || content.len != 0))
        fail_msg("content is not zero");
    return code;
}

static enum oc_err any(struct oc_bytes *in)
{
    uint32_t tag = 1;
    struct oc_bytes content = {in->data, 1};
    struct oc_bytes whole = {in->data, 1};
    enum oc_err code = oc_der_read_any(in, &tag, &content, &whole);
    if (code != OC_OK && (tag != 0 || content.data != NULL || content.len != 0 ||
                          whole.data != NULL || whole.len != 0))
        fail_msg("outputs are not zero");
    return code;
}

static enum oc_err boolean(struct oc_bytes *in)
{
    bool value = true;
    enum oc_err code = oc_der_read_boolean(in, &value);
    if (code != OC_OK && value)
        fail_msg("value is not false");
    return code;
}

static enum oc_err integer(struct oc_bytes *in)
{
    struct oc_bytes value = {in->data, 1};
    enum oc_err code = oc_der_read_integer(in, &value);
    if (code != OC_OK && (value.data != NULL || value.len != 0))
        fail_msg("value is not zero");
    return code;
}

static enum oc_err small(struct oc_bytes *in)
{
    uint32_t value = 1;
    enum oc_err code = oc_der_read_small(in, &value);
    if (code != OC_OK && value != 0)
        fail_msg("value is not zero");
    return code;
}

static enum oc_err enumerated(struct oc_bytes *in)
{
    uint32_t value = 1;
    enum oc_err code = oc_der_read_enumerated(in, &value);
    if (code != OC_OK && value != 0)
        fail_msg("value is not zero");
    return code;
}

static enum oc_err bit_string(struct oc_bytes *in)
{
    struct oc_bytes bits = {in->data, 1};
    unsigned unused = 1;
    enum oc_err code = oc_der_read_bit_string(in, &bits, &unused);
    if (code != OC_OK && (bits.data != NULL || bits.len != 0 || unused != 0))
        fail_msg("outputs are not zero");
    return code;
}

static enum oc_err null(struct oc_bytes *in)
{
    return oc_der_read_null(in);
}

static enum oc_err oid(struct oc_bytes *in)
{
    struct oc_bytes value = {in->data, 1};
    enum oc_err code = oc_der_read_oid(in, &value);
    if (code != OC_OK && (value.data != NULL || value.len != 0))
        fail_msg("value is not zero");
    return code;
}

static void every_refusal(void **state)
{
    static const struct refusal refusals[] = {
        {"element_missing", sequence, "", OC_ERR_MISSING},
        {"length_missing", sequence, "30", OC_ERR_TRUNCATED},
        {"content_missing", sequence, "3001", OC_ERR_TRUNCATED},
        {"content_short", sequence, "30020A", OC_ERR_TRUNCATED},
        {"tag_other", sequence, "3100", OC_ERR_TAG},
        {"tag_primitive", sequence, "1000", OC_ERR_TAG},
        {"tag_zero", sequence, "0000", OC_ERR_TAG},
        {"length_indefinite", sequence, "30800000", OC_ERR_LENGTH},
        {"length_long_form_of_short", sequence, "308100", OC_ERR_LENGTH},
        {"length_127_in_long_form", sequence, "30817F", OC_ERR_LENGTH},
        {"length_with_leading_zero", sequence, "30820080", OC_ERR_LENGTH},
        {"length_of_five_octets", sequence, "30850100000000", OC_ERR_LENGTH},
        {"length_of_127_octets", sequence, "30FF", OC_ERR_LENGTH},
        {"length_octet_missing", sequence, "3081", OC_ERR_TRUNCATED},
        {"length_octets_short", sequence, "308201", OC_ERR_TRUNCATED},
        {"length_of_4_gib_less_one", sequence, "3084FFFFFFFF", OC_ERR_TRUNCATED},
        {"any_missing", any, "", OC_ERR_MISSING},
        {"any_end_of_contents", any, "0000", OC_ERR_TAG},
        {"any_length_missing", any, "04", OC_ERR_TRUNCATED},
        {"any_content_short", any, "040200", OC_ERR_TRUNCATED},
        {"high_tag_unfinished", any, "BF", OC_ERR_TRUNCATED},
        {"high_tag_unfinished_later", any, "BF81", OC_ERR_TRUNCATED},
        {"high_tag_padded", any, "BF802000", OC_ERR_TAG},
        {"high_tag_below_31", any, "BF1E00", OC_ERR_TAG},
        {"high_tag_number_too_large", any, "BF8880808000", OC_ERR_TAG},
        {"high_tag_without_length", any, "BF20", OC_ERR_TRUNCATED},
        {"boolean_empty", boolean, "0100", OC_ERR_ENCODING},
        {"boolean_of_two_octets", boolean, "0102FFFF", OC_ERR_ENCODING},
        {"boolean_one", boolean, "010101", OC_ERR_ENCODING},
        {"boolean_integer", boolean, "0201FF", OC_ERR_TAG},
        {"integer_empty", integer, "0200", OC_ERR_ENCODING},
        {"integer_padded_zero", integer, "02020000", OC_ERR_ENCODING},
        {"integer_padded_positive", integer, "0202007F", OC_ERR_ENCODING},
        {"integer_padded_negative", integer, "0202FF80", OC_ERR_ENCODING},
        {"integer_padded_minus_one", integer, "0202FFFF", OC_ERR_ENCODING},
        {"integer_constructed", integer, "220101", OC_ERR_TAG},
        {"small_negative", small, "0201FF", OC_ERR_ENCODING},
        {"small_two_to_31", small, "02050080000000", OC_ERR_ENCODING},
        {"small_two_to_32", small, "02050100000000", OC_ERR_ENCODING},
        {"enumerated_empty", enumerated, "0A00", OC_ERR_ENCODING},
        {"enumerated_padded", enumerated, "0A020001", OC_ERR_ENCODING},
        {"enumerated_negative", enumerated, "0A0180", OC_ERR_ENCODING},
        {"enumerated_integer", enumerated, "020101", OC_ERR_TAG},
        {"bit_string_empty", bit_string, "0300", OC_ERR_ENCODING},
        {"bit_string_without_octets_and_unused_bits", bit_string, "030101", OC_ERR_ENCODING},
        {"bit_string_with_eight_unused_bits", bit_string, "03020800", OC_ERR_ENCODING},
        {"bit_string_with_unused_bit_set", bit_string, "03020181", OC_ERR_ENCODING},
        {"bit_string_constructed", bit_string, "2302FF00", OC_ERR_TAG},
        {"null_with_content", null, "050100", OC_ERR_ENCODING},
        {"null_missing", null, "", OC_ERR_MISSING},
        {"oid_empty", oid, "0600", OC_ERR_ENCODING},
        {"oid_unfinished", oid, "06022A86", OC_ERR_ENCODING},
        {"oid_first_arc_padded", oid, "0602802A", OC_ERR_ENCODING},
        {"oid_later_arc_padded", oid, "06032A8001", OC_ERR_ENCODING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        refuse(&refusals[i]);
}

static void read_moves_behind_the_element(void **state)
{
    struct oc_bytes in = input("3003020105"
                               "0500");
    const uint8_t *start = in.data;
    struct oc_bytes content;
    (void)state;
    assert_int_equal(oc_der_read(&in, OC_DER_SEQUENCE, &content), OC_OK);
    assert_ptr_equal(content.data, start + 2);
    assert_int_equal(content.len, 3);
    assert_ptr_equal(in.data, start + 5);
    assert_int_equal(in.len, 2);
    assert_int_equal(oc_der_read_null(&in), OC_OK);
    assert_int_equal(in.len, 0);
}

static void read_empty_content_is_present(void **state)
{
    struct oc_bytes in = input("3000");
    struct oc_bytes content;
    (void)state;
    assert_int_equal(oc_der_read(&in, OC_DER_SEQUENCE, &content), OC_OK);
    assert_non_null(content.data);
    assert_int_equal(content.len, 0);
}

static void lengths_at_their_borders(void **state)
{
    static const struct {
        size_t len;
        uint8_t head[4];
        size_t head_len;
    } lengths[] = {
        {0, {0x04, 0x00}, 2},
        {127, {0x04, 0x7F}, 2},
        {128, {0x04, 0x81, 0x80}, 3},
        {255, {0x04, 0x81, 0xFF}, 3},
        {256, {0x04, 0x82, 0x01, 0x00}, 4},
        {65535, {0x04, 0x82, 0xFF, 0xFF}, 4},
    };
    static uint8_t octets[MAX_INPUT];
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t all = lengths[i].head_len + lengths[i].len;
        struct oc_bytes content;
        memcpy(octets, lengths[i].head, lengths[i].head_len);
        struct oc_bytes in = {guard_at_end(&guard, octets, all), all};
        assert_int_equal(oc_der_read(&in, OC_DER_OCTET_STRING, &content), OC_OK);
        assert_int_equal(content.len, lengths[i].len);
        struct oc_bytes cut = {guard_at_end(&guard, octets, all - 1), all - 1};
        assert_int_equal(oc_der_read(&cut, OC_DER_OCTET_STRING, &content), OC_ERR_TRUNCATED);
    }
}

static void high_tags(void **state)
{
    static const struct {
        const char *hex;
        uint32_t tag;
    } tags[] = {
        {"BF1F00", OC_DER_HIGH(0xBF, 31)},
        {"BF2000", OC_DER_HIGH(0xBF, 32)},
        {"9F7F00", OC_DER_HIGH(0x9F, 127)},
        {"9F810000", OC_DER_HIGH(0x9F, 128)},
        {"FF87FFFF7F00", OC_DER_HIGH(0xFF, OC_DER_MAX_TAG_NUMBER)},
    };
    (void)state;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        struct oc_bytes in = input(tags[i].hex);
        struct oc_bytes again = in;
        struct oc_bytes content;
        struct oc_bytes whole;
        uint32_t tag;
        assert_true(oc_der_next_is(in, tags[i].tag));
        assert_false(oc_der_next_is(in, tags[i].tag & 0xFF));
        assert_int_equal(oc_der_read_any(&in, &tag, &content, &whole), OC_OK);
        assert_int_equal(tag, tags[i].tag);
        assert_true(oc_bytes_equal(whole, again));
        assert_int_equal(oc_der_read(&again, tags[i].tag, &content), OC_OK);
        assert_int_equal(again.len, 0);
    }
}

static void next_is_does_not_read(void **state)
{
    (void)state;
    assert_false(oc_der_next_is(input(""), OC_DER_NULL));
    assert_true(oc_der_next_is(input("05"), OC_DER_NULL));
    assert_false(oc_der_next_is(input("06"), OC_DER_NULL));
    assert_false(oc_der_next_is(input("BF"), OC_DER_HIGH(0xBF, 32)));
}

static void values(void **state)
{
    struct oc_bytes in = input("0101FF"
                               "010100"
                               "02047FFFFFFF"
                               "0A0106"
                               "020200FF"
                               "03020780"
                               "0500");
    bool truth;
    uint32_t number;
    struct oc_bytes bytes;
    unsigned unused;
    (void)state;
    assert_int_equal(oc_der_read_boolean(&in, &truth), OC_OK);
    assert_true(truth);
    assert_int_equal(oc_der_read_boolean(&in, &truth), OC_OK);
    assert_false(truth);
    assert_int_equal(oc_der_read_small(&in, &number), OC_OK);
    assert_int_equal(number, 0x7FFFFFFF);
    assert_int_equal(oc_der_read_enumerated(&in, &number), OC_OK);
    assert_int_equal(number, 6);
    assert_int_equal(oc_der_read_integer(&in, &bytes), OC_OK);
    assert_int_equal(bytes.len, 2);
    assert_int_equal(oc_der_read_bit_string(&in, &bytes, &unused), OC_OK);
    assert_int_equal(unused, 7);
    assert_int_equal(bytes.len, 1);
    assert_int_equal(bytes.data[0], 0x80);
    assert_int_equal(in.len, 2);
}

static int start(void **state)
{
    (void)state;
    guard_init(&guard, MAX_INPUT);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    guard_free(&guard);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal),
        cmocka_unit_test(read_moves_behind_the_element),
        cmocka_unit_test(read_empty_content_is_present),
        cmocka_unit_test(lengths_at_their_borders),
        cmocka_unit_test(high_tags),
        cmocka_unit_test(next_is_does_not_read),
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
