// SPDX-License-Identifier: MIT
//
// The times of messages and certificates (RFC 5280 4.1.2.5) as seconds since
// 1970, for the years 0001 to 9999, and back. Days are counted in the Gregorian
// calendar throughout. A leap second 60 is refused: no such second has a number.
#include "der/reader.h"

#include <string.h>

#define SECONDS_PER_DAY 86400
#define DAYS_PER_400_YEARS 146097
#define DAYS_0000_03_01_TO_1970 719468
#define FIRST_SECOND (-62135596800)  // 0001-01-01T00:00:00Z
#define LAST_SECOND 253402300799     // 9999-12-31T23:59:59Z

struct calendar {
    unsigned year, month, day, hour, minute, second;
};

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_date(const struct calendar *c)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1)
        return false;
    return c->day <= days[c->month - 1] || (c->month == 2 && c->day == 29 && is_leap(c->year));
}

// Years are counted from March, so that the leap day is the last of its year.
static int64_t to_seconds(const struct calendar *c)
{
    unsigned year = c->year - (c->month <= 2);
    unsigned month = c->month + (c->month <= 2 ? 9U : 0U) - (c->month <= 2 ? 0U : 3U);
    int64_t day = year * 365L + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
                  c->day - 1 - DAYS_0000_03_01_TO_1970;
    return day * SECONDS_PER_DAY + c->hour * 3600 + c->minute * 60 + c->second;
}

static struct calendar from_seconds(int64_t seconds)
{
    uint64_t since = (uint64_t)(seconds + DAYS_0000_03_01_TO_1970 * (int64_t)SECONDS_PER_DAY);
    unsigned day = (unsigned)(since / SECONDS_PER_DAY);
    unsigned second = (unsigned)(since % SECONDS_PER_DAY);
    unsigned era = day / DAYS_PER_400_YEARS;
    unsigned day_of_era = day % DAYS_PER_400_YEARS;
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153;
    return (struct calendar){
        .year = era * 400 + year_of_era + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
        .hour = second / 3600,
        .minute = second / 60 % 60,
        .second = second % 60,
    };
}

static bool read_pairs(const uint8_t *text, unsigned *pairs, size_t n)
{
    bool is_bad = false;
    for (size_t i = 0; i < n; i++) {
        unsigned tens = text[2 * i] - (unsigned)'0';
        unsigned ones = text[2 * i + 1] - (unsigned)'0';
        is_bad |= tens > 9 || ones > 9;
        pairs[i] = tens * 10 + ones;
    }
    return !is_bad;
}

static bool finish_time(unsigned year, const unsigned *rest, int64_t *seconds)
{
    struct calendar c = {year, rest[0], rest[1], rest[2], rest[3], rest[4]};
    if (!is_date(&c) || c.hour > 23 || c.minute > 59 || c.second > 59)
        return false;
    *seconds = to_seconds(&c);
    return true;
}

// What stands between the seconds and the Z: nothing, or a fraction, which DER
// allows and RFC 6960 4.2.2.1 (by RFC 5280 4.1.2.5.2) does not.
static bool read_fraction(struct oc_bytes text, unsigned *deviations)
{
    if (text.len == 0)
        return true;
    if (text.len < 2 || text.data[0] != '.')
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    *deviations |= OC_DEV_TIME_FRACTION;
    return true;
}

bool oci_der_generalized_time(struct oc_bytes text, int64_t *seconds, unsigned *deviations)
{
    unsigned pairs[7];
    if (text.len < 15 || text.data[text.len - 1] != 'Z')
        return false;
    return read_pairs(text.data, pairs, 7) &&
           finish_time(pairs[0] * 100 + pairs[1], pairs + 2, seconds) &&
           read_fraction((struct oc_bytes){text.data + 14, text.len - 15}, deviations);
}

bool oci_der_utc_time(struct oc_bytes text, int64_t *seconds)
{
    unsigned pairs[6];
    if (text.len != 13 || text.data[12] != 'Z' || !read_pairs(text.data, pairs, 6))
        return false;
    return finish_time(pairs[0] + (pairs[0] < 50 ? 2000 : 1900), pairs + 1, seconds);
}

static void write_pairs(uint8_t *text, const unsigned *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = (uint8_t)('0' + pairs[i] / 10);
        text[2 * i + 1] = (uint8_t)('0' + pairs[i] % 10);
    }
}

bool oci_der_generalized_time_text(int64_t seconds, uint8_t text[15])
{
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
        return false;
    struct calendar c = from_seconds(seconds);
    const unsigned pairs[] = {c.year / 100, c.year % 100, c.month, c.day,
                              c.hour,       c.minute,     c.second};
    write_pairs(text, pairs, 7);
    text[14] = 'Z';
    return true;
}

bool oc_time_text(int64_t seconds, char buf[OC_TIME_TEXT_LEN])
{
    uint8_t digits[15];
    buf[0] = '\0';
    if (!oci_der_generalized_time_text(seconds, digits))
        return false;
    memcpy(buf, "YYYY-MM-DDThh:mm:ssZ", OC_TIME_TEXT_LEN);
    memcpy(buf, digits, 4);
    for (size_t i = 2; i < 7; i++)
        memcpy(buf + 3 * i - 1, digits + 2 * i, 2);
    return true;
}
