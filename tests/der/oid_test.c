// SPDX-License-Identifier: MIT
//
// Object identifiers as dotted text.
#include <ocsp/der.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"

static size_t text_of(const char *hex, char *buf, size_t size)
{
    uint8_t octets[64];
    assert_true(hex_decode(hex, strlen(hex), octets));
    return oc_oid_text((struct oc_bytes){octets, strlen(hex) / 2}, buf, size);
}

static void known_texts(void **state)
{
    static const struct {
        const char *hex;
        const char *text;
    } oids[] = {
        {"2B0E03021A", "1.3.14.3.2.26"},
        {"2B0601050507300101", "1.3.6.1.5.5.7.48.1.1"},
        {"00", "0.0"},
        {"27", "0.39"},
        {"28", "1.0"},
        {"4F", "1.39"},
        {"50", "2.0"},
        {"78", "2.40"},
        {"883703", "2.999.3"},
        {"2A8FFFFFFF7F", "1.2.4294967295"},
        {"2AFFFFFFFFFFFFFFFF7F", "1.2.9223372036854775807"},
        // 2.25 and a UUID, whose arc has 128 bits (ITU-T X.667).
        {"6983FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
         "2.25.340282366920938463463374607431768211455"},
        {"6983F09DA7EBCFDEE0C7A1A7B2C0948CC8F9D776",
         "2.25.329800735698586629295641978511506172918"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++) {
        char buf[OC_OID_TEXT_LEN];
        assert_int_equal(text_of(oids[i].hex, buf, sizeof buf), strlen(oids[i].text));
        assert_string_equal(buf, oids[i].text);
    }
}

static void texts_that_are_none(void **state)
{
    static const char *const oids[] = {
        "",
        "80",
        "2A80",
        "2A8001",
        "2A86",
        "6984808080808080808080808080808080808000",  // 2^128
        "69FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
    };
    (void)state;
    for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++) {
        char buf[OC_OID_TEXT_LEN] = "x";
        assert_int_equal(text_of(oids[i], buf, sizeof buf), 0);
        assert_string_equal(buf, "");
    }
}

static void room_too_small(void **state)
{
    char buf[32];
    (void)state;
    for (size_t size = 1; size < 14; size++) {
        memset(buf, 'x', sizeof buf);
        assert_int_equal(text_of("2B0E03021A", buf, size), 0);
        assert_string_equal(buf, "");
        for (size_t i = size; i < sizeof buf; i++)
            assert_int_equal(buf[i], 'x');
    }
    assert_int_equal(text_of("2B0E03021A", buf, 14), 13);
    buf[0] = 'x';
    assert_int_equal(text_of("2B0E03021A", buf, 0), 0);
    assert_int_equal(buf[0], 'x');
}

static void longest_text_of_32_octets(void **state)
{
    // One octet for the first arcs, then arcs of one octet: three digits and a dot each.
    uint8_t octets[32];
    char buf[OC_OID_TEXT_LEN];
    (void)state;
    memset(octets, 0x7F, sizeof octets);
    assert_int_not_equal(oc_oid_text((struct oc_bytes){octets, sizeof octets}, buf, sizeof buf), 0);
    // And arcs of two octets: five digits and a dot.
    for (size_t i = 0; i < sizeof octets; i += 2)
        octets[i] = 0xFF;
    assert_int_not_equal(oc_oid_text((struct oc_bytes){octets, sizeof octets}, buf, sizeof buf), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(texts_that_are_none),
        cmocka_unit_test(room_too_small),
        cmocka_unit_test(longest_text_of_32_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
