// SPDX-License-Identifier: MIT
//
// Times: every day of ten thousand years against the C library's calendar, and invalid
// times.
#define _DEFAULT_SOURCE  // timegm
#include <ocsp/der.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

// Reads `text` as the content of a time with this tag.
static enum oc_err read_text(uint8_t tag, const char *text, size_t len, int64_t *seconds,
                             unsigned *deviations)
{
    uint8_t der[64] = {tag, (uint8_t)len};
    assert_true(len < sizeof der - 2);
    memcpy(der + 2, text, len);
    struct oc_bytes in = {der, len + 2};
    enum oc_err code = tag == OC_DER_UTC_TIME
                           ? oc_der_read_utc_time(&in, seconds)
                           : oc_der_read_generalized_time(&in, seconds, deviations);
    assert_int_equal(in.len, code == OC_OK ? 0 : len + 2);
    if (code != OC_OK)
        assert_int_equal(*seconds, 0);
    return code;
}

static void generalized(const char *text, enum oc_err code, int64_t seconds)
{
    int64_t found = 1;
    if (read_text(OC_DER_GENERALIZED_TIME, text, strlen(text), &found, NULL) != code)
        fail_msg("%s is not %s", text, oc_err_name(code));
    assert_int_equal(found, seconds);
}

static void utc(const char *text, enum oc_err code, int64_t seconds)
{
    int64_t found = 1;
    if (read_text(OC_DER_UTC_TIME, text, strlen(text), &found, NULL) != code)
        fail_msg("%s is not %s", text, oc_err_name(code));
    assert_int_equal(found, seconds);
}

static void every_day_as_the_c_library_counts(void **state)
{
    const int64_t first = -62135596800;
    const int64_t last = 253402300799;
    (void)state;
    // A step of a day, an hour, a minute and a second visits every clock reading too.
    for (int64_t now = first; now <= last; now += 86400 + 3661) {
        struct tm tm;
        char text[96];
        char rfc3339[96];
        char ours[OC_TIME_TEXT_LEN];
        time_t t = (time_t)now;
        assert_non_null(gmtime_r(&t, &tm));
        snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        snprintf(rfc3339, sizeof rfc3339, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        generalized(text, OC_OK, now);
        assert_true(oc_time_text(now, ours));
        assert_string_equal(ours, rfc3339);
    }
}

static void every_month_length(void **state)
{
    static const int years[] = {1, 1900, 1970, 2000, 2023, 2024, 2100, 2400, 9999};
    (void)state;
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        for (int month = 0; month <= 13; month++) {
            for (int day = 0; day <= 32; day++) {
                struct tm tm = {.tm_year = years[i] - 1900, .tm_mon = month - 1, .tm_mday = day};
                char text[96];
                time_t t = timegm(&tm);
                bool exists = tm.tm_mon == month - 1 && tm.tm_mday == day;
                snprintf(text, sizeof text, "%04d%02d%02d000000Z", years[i], month, day);
                generalized(text, exists ? OC_OK : OC_ERR_TIME, exists ? t : 0);
            }
        }
    }
}

static void generalized_time_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "Z",
        "20240403120000",        // no Z
        "20240403120000z",       // small z
        "202404031200Z",         // no seconds
        "2024040312Z",           // no minutes
        "20240403120000+0000",   // an offset
        "20240403130000+0100",   // another
        "00000403120000Z",       // year 0000
        "20240403240000Z",       // hour 24
        "20240403126000Z",       // minute 60
        "20240403120060Z",       // second 60
        "2024040312000/Z",       // the character below 0
        "2024040312000:Z",       // the character above 9
        "+0240403120000Z",       // a sign
        "2024 403120000Z",       // a blank
        "240403120000Z",         // a UTCTime
        "20240403120000.Z",      // a fraction without digits
        "20240403120000,5Z",     // a comma
        "20240403120000.5",      // a fraction without Z
        "20240403120000.5xZ",    // rubbish in it
        "20240403120000.5+00Z",  // an offset in it
        "20240403120000ZZ",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned deviations = 0;
        int64_t seconds = 1;
        generalized(texts[i], OC_ERR_TIME, 0);
        assert_int_equal(
            read_text(OC_DER_GENERALIZED_TIME, texts[i], strlen(texts[i]), &seconds, &deviations),
            OC_ERR_TIME);
        assert_int_equal(deviations, 0);
    }
}

static void generalized_time_octets_that_are_no_digits(void **state)
{
    (void)state;
    for (int at = 0; at < 14; at++) {
        for (int octet = 0; octet < 256; octet++) {
            char text[] = "20111111111111Z";
            int64_t seconds;
            bool is_digit = octet >= '0' && octet <= '9';
            text[at] = (char)octet;
            enum oc_err code = read_text(OC_DER_GENERALIZED_TIME, text, 15, &seconds, NULL);
            if (!is_digit)
                assert_int_equal(code, OC_ERR_TIME);
            else if (octet == '1')
                assert_int_equal(code, OC_OK);
        }
    }
}

static void fraction_is_a_deviation(void **state)
{
    static const char *const texts[] = {"20240403120000.5Z", "20240403120000.000Z",
                                        "20240403120000.123456789012Z"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned deviations = OC_DEV_SERIAL_LONG;
        int64_t seconds;
        assert_int_equal(
            read_text(OC_DER_GENERALIZED_TIME, texts[i], strlen(texts[i]), &seconds, &deviations),
            OC_OK);
        assert_int_equal(seconds, 1712145600);
        assert_int_equal(deviations, OC_DEV_SERIAL_LONG | OC_DEV_TIME_FRACTION);
        generalized(texts[i], OC_ERR_TIME, 0);
    }
}

static void utc_time_centuries(void **state)
{
    (void)state;
    utc("500101000000Z", OC_OK, -631152000);  // 1950
    utc("991231235959Z", OC_OK, 946684799);   // 1999
    utc("000101000000Z", OC_OK, 946684800);   // 2000
    utc("491231235959Z", OC_OK, 2524607999);  // 2049
    utc("700101000000Z", OC_OK, 0);
    utc("240229000000Z", OC_OK, 1709164800);
}

static void utc_time_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "2404031200Z",        // no seconds
        "240403120000",       // no Z
        "240403120000+0000",  // an offset
        "20240403120000Z",    // a GeneralizedTime
        "240403120000.5Z",    // a fraction
        "230229000000Z",      // no such day
        "24040312000AZ",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        utc(texts[i], OC_ERR_TIME, 0);
}

static void text_of_years_out_of_range(void **state)
{
    char buf[OC_TIME_TEXT_LEN] = "x";
    static const int64_t seconds[] = {-62135596801, 253402300800, INT64_MIN, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        buf[0] = 'x';
        assert_false(oc_time_text(seconds[i], buf));
        assert_string_equal(buf, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_as_the_c_library_counts),
        cmocka_unit_test(every_month_length),
        cmocka_unit_test(generalized_time_refused),
        cmocka_unit_test(generalized_time_octets_that_are_no_digits),
        cmocka_unit_test(fraction_is_a_deviation),
        cmocka_unit_test(utc_time_centuries),
        cmocka_unit_test(utc_time_refused),
        cmocka_unit_test(text_of_years_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
