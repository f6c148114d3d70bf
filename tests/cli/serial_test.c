// SPDX-License-Identifier: MIT
//
// Serial numbers as text: what is read in which base, what is refused, and that what is written is
// read again.
#include "program/serial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { MAX = 8 };

static const struct reading {
    const char *text;
    enum serial_base base;
    const char *content;
    size_t len;
} readings[] = {
    {"0x0", SERIAL_BASE_NONE, "\x00", 1},
    {"-0x0", SERIAL_BASE_NONE, "\x00", 1},
    {"0x1a", SERIAL_BASE_NONE, "\x1a", 1},
    {"0X1A", SERIAL_BASE_NONE, "\x1a", 1},
    {"0x000001a", SERIAL_BASE_NONE, "\x1a", 1},
    {"0x100", SERIAL_BASE_NONE, "\x01\x00", 2},
    {"0x80", SERIAL_BASE_NONE, "\x00\x80", 2},
    {"01:aa", SERIAL_BASE_NONE, "\x01\xaa", 2},
    {"AA:01", SERIAL_BASE_NONE, "\x00\xaa\x01", 3},
    {"-01:aa", SERIAL_BASE_NONE, "\xfe\x56", 2},
    {"-0x2a", SERIAL_BASE_NONE, "\xd6", 1},
    {"-0x80", SERIAL_BASE_NONE, "\x80", 1},
    {"-0x81", SERIAL_BASE_NONE, "\xff\x7f", 2},
    {"-0xff", SERIAL_BASE_NONE, "\xff\x01", 2},
    {"-0x100", SERIAL_BASE_NONE, "\xff\x00", 2},
    {"-0x8000", SERIAL_BASE_NONE, "\x80\x00", 2},
    {"0x7fffffffffffffff", SERIAL_BASE_NONE, "\x7f\xff\xff\xff\xff\xff\xff\xff", 8},
    {"1000", SERIAL_BASE_HEX, "\x10\x00", 2},
    {"1000", SERIAL_BASE_DECIMAL, "\x03\xe8", 2},
    {"a", SERIAL_BASE_HEX, "\x0a", 1},
    {"1aF", SERIAL_BASE_HEX, "\x01\xaf", 2},
    {"-2a", SERIAL_BASE_HEX, "\xd6", 1},
    {"-42", SERIAL_BASE_DECIMAL, "\xd6", 1},
    {"-128", SERIAL_BASE_DECIMAL, "\x80", 1},
    {"0001", SERIAL_BASE_DECIMAL, "\x01", 1},
    {"256", SERIAL_BASE_DECIMAL, "\x01\x00", 2},
    {"9223372036854775807", SERIAL_BASE_DECIMAL, "\x7f\xff\xff\xff\xff\xff\xff\xff", 8},
    {"-9223372036854775808", SERIAL_BASE_DECIMAL, "\x80\x00\x00\x00\x00\x00\x00\x00", 8},
    {"0x1000", SERIAL_BASE_DECIMAL, "\x10\x00", 2},
    {"10:00", SERIAL_BASE_DECIMAL, "\x10\x00", 2},
};

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        const struct reading *one = &readings[i];
        uint8_t out[MAX];
        size_t len;
        assert_true(serial_read(one->text, one->base, out, sizeof out, &len));
        assert_int_equal(len, one->len);
        assert_memory_equal(out, one->content, len);
    }
}

#define INVALID(text) "invalid serial number \"" text "\": write it like 0x01aa or 01:aa"

static const struct refusal {
    const char *text;
    enum serial_base base;
    const char *why;
} refusals[] = {
    {"", SERIAL_BASE_HEX, INVALID("")},
    {"-", SERIAL_BASE_HEX, INVALID("-")},
    {"x", SERIAL_BASE_HEX, INVALID("x")},
    {"0x", SERIAL_BASE_NONE, INVALID("0x")},
    {"0xg", SERIAL_BASE_NONE, INVALID("0xg")},
    {"0x-1", SERIAL_BASE_NONE, INVALID("0x-1")},
    {"--1", SERIAL_BASE_DECIMAL, INVALID("--1")},
    {"+1", SERIAL_BASE_DECIMAL, INVALID("+1")},
    {" 1", SERIAL_BASE_DECIMAL, INVALID(" 1")},
    {"1 ", SERIAL_BASE_DECIMAL, INVALID("1 ")},
    {"1.0", SERIAL_BASE_DECIMAL, INVALID("1.0")},
    {"1E+05", SERIAL_BASE_HEX, INVALID("1E+05")},
    {":", SERIAL_BASE_NONE, INVALID(":")},
    {"01:", SERIAL_BASE_NONE, INVALID("01:")},
    {":01", SERIAL_BASE_NONE, INVALID(":01")},
    {"1:02", SERIAL_BASE_NONE, INVALID("1:02")},
    {"01::02", SERIAL_BASE_NONE, INVALID("01::02")},
    {"0x01:02", SERIAL_BASE_NONE, INVALID("0x01:02")},
    {"1000", SERIAL_BASE_NONE,
     "\"1000\" may be hexadecimal or decimal: add --hex or --decimal, or write 0x1000 / 0x3e8"},
    {"-42", SERIAL_BASE_NONE,
     "\"-42\" may be hexadecimal or decimal: add --hex or --decimal, or write -0x42 / -0x2a"},
    {"5", SERIAL_BASE_NONE,
     "\"5\" may be hexadecimal or decimal: add --hex or --decimal, or write 0x5"},
    {"0", SERIAL_BASE_NONE,
     "\"0\" may be hexadecimal or decimal: add --hex or --decimal, or write 0x0"},
    {"255", SERIAL_BASE_NONE,
     "\"255\" may be hexadecimal or decimal: add --hex or --decimal, or write 0x255 / 0xff"},
    {"99999999999999999999", SERIAL_BASE_NONE,
     "\"99999999999999999999\" may be hexadecimal or decimal: add --hex or --decimal, or write 0x "
     "in front of hex digits"},
    {"1aaf", SERIAL_BASE_NONE, "\"1aaf\" may be hexadecimal: add --hex, or write it like 0x01aa"},
    {"1aaf", SERIAL_BASE_DECIMAL, "invalid serial number \"1aaf\": not decimal"},
    {"0x8000000000000000", SERIAL_BASE_NONE,
     "invalid serial number \"0x8000000000000000\": longer than 8 octets"},
    {"9223372036854775808", SERIAL_BASE_DECIMAL,
     "invalid serial number \"9223372036854775808\": longer than 8 octets"},
    {"-0x8000000000000001", SERIAL_BASE_NONE,
     "invalid serial number \"-0x8000000000000001\": longer than 8 octets"},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *one = &refusals[i];
        uint8_t out[MAX];
        char why[SERIAL_WHY];
        size_t len;
        assert_false(serial_read(one->text, one->base, out, sizeof out, &len));
        assert_string_equal(serial_why(one->text, one->base, sizeof out, why, sizeof why),
                            one->why);
    }
}

static const struct label {
    const char *content;
    size_t len;
    const char *label;
} labels[] = {
    {"\x00", 1, "0x00 (decimal 0)"},
    {"\x1a", 1, "0x1a (decimal 26)"},
    {"\x00\xff", 2, "0xff (decimal 255)"},
    {"\xd6", 1, "-0x2a (decimal -42)"},
    {"\x80", 1, "-0x80 (decimal -128)"},
    {"\xff\x00", 2, "-0x0100 (decimal -256)"},
    {"\x03\xe8", 2, "0x03e8 (decimal 1000)"},
    // Not the shortest form.
    {"\x00\x00\x01", 3, "0x01 (decimal 1)"},
    {"\xff\xff", 2, "-0x01 (decimal -1)"},
    {"", 0, "0x (decimal 0)"},
};

static void writes(void **state)
{
    (void)state;
    char buf[SERIAL_LABEL_SIZE(MAX)];
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct oc_bytes serial = {(const uint8_t *)labels[i].content, labels[i].len};
        assert_string_equal(serial_label(serial, buf), labels[i].label);
    }
}

// The longest number has the longest label, in octets and digits.
static void longest(void **state)
{
    (void)state;
    uint8_t octets[SERIAL_OCTETS_MAX];
    uint8_t again[SERIAL_OCTETS_MAX];
    char buf[SERIAL_LABEL_SIZE(SERIAL_OCTETS_MAX)];
    size_t len;
    memset(octets, 0xFF, sizeof octets);
    for (unsigned first = 0; first < 256; first += 0x7F) {
        octets[0] = (uint8_t)first;
        octets[1] = first >= 0x80 ? 0 : 0xFF;
        struct oc_bytes serial = {octets, sizeof octets};
        const char *decimal = strchr(serial_label(serial, buf), ' ') + strlen(" (decimal ");
        buf[strlen(buf) - 1] = '\0';
        assert_true(serial_read(decimal, SERIAL_BASE_DECIMAL, again, sizeof again, &len));
        assert_int_equal(len, sizeof again);
        assert_memory_equal(again, octets, len);
        assert_true(
            serial_read(serial_text(serial, buf), SERIAL_BASE_NONE, again, sizeof again, &len));
        assert_int_equal(len, sizeof again);
        assert_memory_equal(again, octets, len);
    }
}

// Every number of one or two octets is read as it is written.
static void round_trips(void **state)
{
    (void)state;
    char buf[SERIAL_LABEL_SIZE(2)];
    uint8_t again[MAX];
    size_t len;
    for (unsigned i = 0; i < 0x10000; i++) {
        const uint8_t octets[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        const bool is_short = octets[0] == (octets[1] >= 0x80 ? 0xFF : 0);
        const struct oc_bytes serial = {octets + is_short, is_short ? 1 : 2};
        assert_true(
            serial_read(serial_text(serial, buf), SERIAL_BASE_NONE, again, sizeof again, &len));
        assert_int_equal(len, serial.len);
        assert_memory_equal(again, serial.data, len);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),   cmocka_unit_test(refuses),     cmocka_unit_test(writes),
        cmocka_unit_test(longest), cmocka_unit_test(round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
