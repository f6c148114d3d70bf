// SPDX-License-Identifier: MIT
//
// Lines of an index: what counts of one of which something cannot be read.
#include "store/index_line.h"

#include <ocsp/extension.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ENDS "301231235959Z"
#define ENDS_AT INT64_C(1924991999)
#define THEN "240403120000Z"
#define THEN_AT INT64_C(1712145600)
#define AFTER "\tunknown\t/CN=x"
#define NOT_SIX "invalid line: expected six fields separated by tabs"
#define NO_SERIAL "invalid serial number in the fourth field: expected pairs of hex digits"
#define NO_TIME "invalid time in the second field"
#define NO_LETTER "invalid first field: expected V, R or E"
#define NO_DATE "invalid revocation time in the third field"
#define NO_REASON "invalid revocation reason in the third field"
#define NOT_REVOKED "unexpected revocation time in the third field"

// struct line is a line and what it says; `wrong` without a serial number. An `expires` or a
// `revoked_at` of 0 is that of above; `no_time` says that there is none in the second field. A
// `reason` of 0 is an absent one.
struct line {
    const char *text;
    size_t len;  // 0: of the string
    enum record_status status;
    uint8_t reason;
    bool no_time;
    bool no_date;
    const char *odd;
    const char *wrong;
};

static const char *read_line(const char *text, size_t len, struct index_row *row)
{
    // Of exactly this size, for the address sanitizer.
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    copy[len] = '\0';
    const char *wrong = index_line_read(copy, len, row);
    free(copy);
    return wrong;
}

static void check_text(const char *text, const char *is, const char *expected)
{
    if ((is == NULL) != (expected == NULL) || (is != NULL && strcmp(is, expected) != 0))
        fail_msg("%s: %s", text, is == NULL ? "accepted" : is);
}

static void check(const struct line *line)
{
    struct index_row row;
    const char *wrong = read_line(line->text, line->len > 0 ? line->len : strlen(line->text), &row);
    check_text(line->text, wrong, line->wrong);
    if (wrong != NULL)
        return;
    check_text(line->text, row.odd, line->odd);
    if (row.record.status != line->status || row.serial_len != 1 || row.serial[0] != 2)
        fail_msg("%s: status %d, number %02X", line->text, (int)row.record.status, row.serial[0]);
    bool is_dated = line->status == RECORD_REVOKED && !line->no_date;
    assert_int_equal(row.record.expires, line->no_time ? 0 : ENDS_AT);
    assert_int_equal(row.record.revoked_at, is_dated ? THEN_AT : 0);
    assert_int_equal(row.has_no_date, line->no_date);
    assert_int_equal(row.record.has_reason, line->reason != 0);
    assert_int_equal(row.record.reason, line->reason);
}

static void lines_that_are_right(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"V\t" ENDS "\t\t02" AFTER, .status = RECORD_GOOD},
        {"E\t" ENDS "\t\t02" AFTER "\r", .status = RECORD_GOOD},
        {"V\t20301231235959Z\t\t0002\tunknown\t/CN=a\\\tb", .status = RECORD_GOOD},
        {"V\t" ENDS "\t\t02\t\t", .status = RECORD_GOOD},
        {"R\t" ENDS "\t" THEN "\t02" AFTER, .status = RECORD_REVOKED},
        {"R\t" ENDS "\t" THEN ",keyCompromise\t02" AFTER, .status = RECORD_REVOKED, .reason = 1},
        {"R\t" ENDS "\t" THEN ",unspecified\t02" AFTER, .status = RECORD_REVOKED},
        {"R\t" ENDS "\t" THEN ",holdInstruction,holdInstructionReject\t02" AFTER,
         .status = RECORD_REVOKED, .reason = 6},
        {"R\t" ENDS "\t20240403120000Z,CAkeyTime,20240101000000Z\t02" AFTER,
         .status = RECORD_REVOKED, .reason = 2},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check(&lines[i]);
}

static void revoked_whatever_else(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"R\t" ENDS "\t" THEN ",removeFromCRL\t02" AFTER, .odd = NO_REASON},
        {"R\t" ENDS "\t" THEN ",7\t02" AFTER, .odd = NO_REASON},
        {"R\t" ENDS "\t" THEN ",foo\t02" AFTER, .odd = NO_REASON},
        {"R\t" ENDS "\t" THEN ",\t02" AFTER, .odd = NO_REASON},
        {"R\t" ENDS "\t" THEN ",,\t02" AFTER, .odd = NO_REASON},
        {"R\t" ENDS "\t\t02" AFTER, .no_date = true, .odd = NO_DATE},
        {"R\t" ENDS "\t240400120000Z\t02" AFTER, .no_date = true, .odd = NO_DATE},
        {"R\t" ENDS "\tgarbage\t02" AFTER, .no_date = true, .odd = NO_DATE},
        {"R\t" ENDS "\t0,superseded\t02" AFTER, .no_date = true, .reason = 4, .odd = NO_DATE},
        {"R\t" ENDS "\t0,foo\t02" AFTER, .no_date = true, .odd = NO_DATE},
        {"R\t\t" THEN "\t02" AFTER, .no_time = true, .odd = NO_TIME},
        {"R\t3012312359Z\t" THEN ",superseded\t02" AFTER, .no_time = true, .reason = 4,
         .odd = NO_TIME},
        {"R\t\t\t02\t\t", .no_time = true, .no_date = true, .odd = NO_DATE},
        {"R\t" ENDS "\t" THEN "\t2" AFTER, .odd = NO_SERIAL},
        {"R\t" ENDS "\t" THEN "\t02", .odd = NOT_SIX},
        {"R\t" ENDS "\t" THEN "\t02\r", .odd = NOT_SIX},
        {"R\t" ENDS "\t" THEN ",foo\t02\tunknown", .odd = NOT_SIX},
        {"R\t" ENDS "\t" THEN "\t02" AFTER "\t", .odd = NOT_SIX},
        {"R\t" ENDS "\t" THEN "\t02\tunknown\t/CN=x\0y", 48, .odd = "unexpected NUL byte"},
        {"R " ENDS " " THEN " 02 unknown /CN=x", .odd = NOT_SIX},
        {"R       " ENDS "   " THEN ",keyCompromise     02 unknown /CN=x", .reason = 1,
         .odd = NOT_SIX},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct line line = lines[i];
        line.status = RECORD_REVOKED;
        check(&line);
    }
}

static void good_or_uncertain(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"V\t\t\t02" AFTER, .status = RECORD_GOOD, .no_time = true, .odd = NO_TIME},
        {"E\t301331235959Z\t\t02" AFTER, .status = RECORD_GOOD, .no_time = true, .odd = NO_TIME},
        {"V\t20301231235959.5Z\t\t02" AFTER, .status = RECORD_GOOD, .no_time = true,
         .odd = NO_TIME},
        {"V\t" ENDS "\t\t02\tunknown", .status = RECORD_GOOD, .odd = NOT_SIX},
        {"V\t" ENDS "\t\t02" AFTER "\t", .status = RECORD_GOOD, .odd = NOT_SIX},
        {"V " ENDS "  02 unknown /CN=x", .status = RECORD_GOOD, .odd = NOT_SIX},
        {"V " ENDS " 02", .status = RECORD_GOOD, .odd = NOT_SIX},
        {"V\t" ENDS "\t" THEN "\t02" AFTER, .status = RECORD_UNCERTAIN, .odd = NOT_REVOKED},
        {"E\t" ENDS "\tx\t02" AFTER, .status = RECORD_UNCERTAIN, .odd = NOT_REVOKED},
        {"v\t" ENDS "\t\t02" AFTER, .status = RECORD_UNCERTAIN, .odd = NO_LETTER},
        {"r\t" ENDS "\t" THEN "\t02" AFTER, .status = RECORD_UNCERTAIN, .odd = NO_LETTER},
        {"VV\t" ENDS "\t\t02" AFTER, .status = RECORD_UNCERTAIN, .odd = NO_LETTER},
        {"\t" ENDS "\t\t02" AFTER, .status = RECORD_UNCERTAIN, .odd = NO_LETTER},
        {"S\t\t\t02" AFTER, .status = RECORD_UNCERTAIN, .no_time = true, .odd = NO_LETTER},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check(&lines[i]);
}

static void lines_without_a_serial_number(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"rubbish", .wrong = NOT_SIX},
        {" ", .wrong = NOT_SIX},
        {"R", .wrong = NOT_SIX},
        {"\t", .wrong = NOT_SIX},
        {"R\t" ENDS "\t" THEN, .wrong = NOT_SIX},
        {"R\t" ENDS "\t" THEN "\t" AFTER, .wrong = NO_SERIAL},
        {"R\t" ENDS "\t" THEN "\t-" AFTER, .wrong = NO_SERIAL},
        {"R\t" ENDS "\t" THEN "\t0x02" AFTER, .wrong = NO_SERIAL},
        {"R\t" ENDS "\t" THEN "\t02 " AFTER, .wrong = NO_SERIAL},
        {"R\t" ENDS "\t" THEN "\t+2" AFTER, .wrong = NO_SERIAL},
        {"R\t" ENDS "\t" THEN "\t--2" AFTER, .wrong = NO_SERIAL},
        // Another field is in the place of the serial number.
        {"R\t" ENDS "\t02\tABCD\t/CN=x", .wrong = NOT_SIX},
        {"R\t" THEN "\t02\tABCD\t/CN=x", .wrong = NOT_SIX},
        {ENDS "\t\t02\tABCD\t/CN=x", .wrong = NOT_SIX},
        {"V\t" ENDS "\t02\tABCD\t/CN=x", .wrong = NOT_SIX},
        {"R\t\t" ENDS "\t2404031200\t02" AFTER, .wrong = NOT_SIX},
        {"R " ENDS " 02 ABCD /CN=x", .wrong = NOT_SIX},
        {"V " ENDS " " THEN " 02 ABCD /CN=x", .wrong = NO_SERIAL},
        {" V " ENDS " 02 ABCD /CN=x", .wrong = NOT_SIX},
        {"R\t" ENDS "\t" THEN "\t0\0"
         "2" AFTER,
         44, .wrong = "unexpected NUL byte"},
        {"R\t" ENDS "\t" THEN "\t02\0", 33, .wrong = "unexpected NUL byte"},
        {"R\0\t" ENDS "\t" THEN "\t02" AFTER, 45, .wrong = "unexpected NUL byte"},
        {"\0\0\0\0", 4, .wrong = "unexpected NUL byte"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check(&lines[i]);
}

static void serial_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *content;
        size_t len;
        bool is_odd;
    } numbers[] = {
        {"00", "\0", 1, false},          {"0", "\0", 1, true},
        {"-00", "\0", 1, false},         {"000000", "\0", 1, false},
        {"7f", "\x7F", 1, false},        {"80", "\0\x80", 2, false},
        {"0080", "\0\x80", 2, false},    {"080", "\0\x80", 2, true},
        {"123", "\x01\x23", 2, true},    {"0123", "\x01\x23", 2, false},
        {"-2A", "\xD6", 1, false},       {"-2a", "\xD6", 1, false},
        {"-A", "\xF6", 1, true},         {"-80", "\x80", 1, false},
        {"-0080", "\x80", 1, false},     {"-81", "\xFF\x7F", 2, false},
        {"-FF", "\xFF\x01", 2, false},   {"-0100", "\xFF\x00", 2, false},
        {"-8000", "\x80\x00", 2, false},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char text[128];
        struct index_row row;
        snprintf(text, sizeof text, "R\t" ENDS "\t" THEN "\t%s" AFTER, numbers[i].text);
        assert_null(read_line(text, strlen(text), &row));
        if (row.serial_len != numbers[i].len ||
            memcmp(row.serial, numbers[i].content, row.serial_len) != 0)
            fail_msg("%s", numbers[i].text);
        assert_int_equal(row.odd != NULL, numbers[i].is_odd);
    }
}

// A number of `n_digits` with this sign and these first two digits.
static const char *read_long(const char *first, size_t n_digits, struct index_row *row)
{
    char text[512];
    char digits[256];
    memset(digits, '7', sizeof digits);
    int len = snprintf(text, sizeof text, "R\t" ENDS "\t" THEN "\t%s%.*s" AFTER, first,
                       (int)n_digits - 2, digits);
    return read_line(text, (size_t)len, row);
}

static void serial_number_that_is_long(void **state)
{
    (void)state;
    struct index_row row;
    assert_null(read_long("7F", 2 * SERIAL_MAX, &row));
    assert_int_equal(row.serial_len, SERIAL_MAX);
    assert_string_equal(read_long("7F", 2 * SERIAL_MAX + 1, &row), NO_SERIAL);
    assert_string_equal(read_long("80", 2 * SERIAL_MAX, &row), NO_SERIAL);
    assert_null(read_long("-7F", 2 * SERIAL_MAX, &row));
    assert_int_equal(row.serial_len, SERIAL_MAX);
    assert_string_equal(read_long("-81", 2 * SERIAL_MAX, &row), NO_SERIAL);
    assert_null(read_long("007F", 2 * SERIAL_MAX, &row));
}

// Each field of lines of each kind is left out, emptied, cut by one, and garbled; whatever is left
// has its number or none, and one that is revoked stays so.
static void every_field_garbled(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "V\t" ENDS "\t\t1002" AFTER,
        "E\t" ENDS "\t\t1002" AFTER,
        "R\t" ENDS "\t" THEN ",superseded\t1002" AFTER,
    };
    static const char *const by[] = {"", "?", "\1", "Z", " ", "\xC3\xBC", "x\r"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *begin = lines[i];
        for (int field = 0; field < 6; field++) {
            size_t len = strcspn(begin, "\t");
            for (size_t k = 0; k < sizeof by / sizeof by[0]; k++) {
                char text[256];
                struct index_row row;
                snprintf(text, sizeof text, "%.*s%s%s", (int)(begin - lines[i]), lines[i], by[k],
                         begin + len);
                const char *wrong = read_line(text, strlen(text), &row);
                assert_int_equal(wrong != NULL, field == 3);
                if (wrong != NULL)
                    continue;
                assert_memory_equal(row.serial, "\x10\2", 2);
                enum record_status expected = lines[i][0] == 'R' ? RECORD_REVOKED : RECORD_GOOD;
                if (field == 0 || (field == 2 && by[k][0] != '\0' && expected == RECORD_GOOD))
                    expected = RECORD_UNCERTAIN;
                assert_int_equal(row.record.status, expected);
                bool is_free = field > 3 || (field == 2 && expected == RECORD_GOOD);
                assert_int_equal(row.odd == NULL, is_free);
            }
            begin += len + 1;
        }
    }
}

static void lines_that_are_cut(void **state)
{
    (void)state;
    static const char line[] = "R\t" ENDS "\t" THEN "\t1002" AFTER;
    size_t end = (size_t)(strstr(line, "1002") - line) + 4;
    for (size_t len = 1; len < sizeof line; len++) {
        struct index_row row;
        const char *wrong = read_line(line, len, &row);
        assert_int_equal(index_line_has_whole_serial(line, len), len > end);
        assert_int_equal(wrong == NULL, len > end - 4);
        if (wrong != NULL)
            continue;
        assert_int_equal(row.record.status, RECORD_REVOKED);
        assert_int_equal(row.serial_len, len > end - 2 ? 2 : 1);
        assert_int_equal(row.odd == NULL, len >= sizeof line - 1 - strlen("/CN=x"));
    }
    assert_false(index_line_has_whole_serial("R\t\\\t\t\t02", 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_are_right), cmocka_unit_test(revoked_whatever_else),
        cmocka_unit_test(good_or_uncertain),    cmocka_unit_test(lines_without_a_serial_number),
        cmocka_unit_test(serial_numbers),       cmocka_unit_test(serial_number_that_is_long),
        cmocka_unit_test(every_field_garbled),  cmocka_unit_test(lines_that_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
