// SPDX-License-Identifier: MIT
//
// The times of messages and certificates (RFC 5280 4.1.2.5) as seconds since
// 1970, for the years 0001 to 9999, and back. Days are counted in the Gregorian
// calendar throughout. A leap second 60 is refused: no such second has a number.
#include "der/time.h"

#include <string.h>

#define SECONDS_PER_DAY 86400
#define DAYS_PER_400_YEARS 146097
#define DAYS_0000_03_01_TO_1970 719468
#define FIRST_SECOND (-62135596800)  // 0001-01-01T00:00:00Z
#define LAST_SECOND 253402300799     // 9999-12-31T23:59:59Z

struct calendar {
    unsigned year, month, day, hour, minute, second;
};

// Years are counted from March here, so that the leap day is the last of its year.
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

static uint64_t load_64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

// Eight digits as four numbers of two. All are looked at at once, in the octets of
// one word: every message holds several times.
static inline bool read_pairs(const uint8_t *text, unsigned pairs[4])
{
    uint64_t word = load_64(text) ^ 0x3030303030303030;
    if (((word | (word + 0x0606060606060606)) & 0xF0F0F0F0F0F0F0F0) != 0)
        return false;
    word = word * 10 + (word >> 8);
    pairs[0] = word & 0xFF;
    pairs[1] = word >> 16 & 0xFF;
    pairs[2] = word >> 32 & 0xFF;
    pairs[3] = word >> 48 & 0xFF;
    return true;
}

// A year of a century is a leap year: no need to divide by 100 what is read in pairs.
static inline bool is_leap(unsigned century, unsigned year)
{
    return (year != 0 ? year : century) % 4 == 0;
}

// Sets `*days` to the days since 0001-01-01; false if there is no such day.
static inline bool read_date(unsigned century, const unsigned *date, unsigned *days)
{
    static const uint8_t len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    unsigned year = date[0];
    unsigned month = date[1] - 1;
    unsigned day = date[2] - 1;
    bool leap = is_leap(century, year);
    if (month > 11 || day >= len[month] + (unsigned)(leap && month == 1) || century + year == 0)
        return false;
    unsigned leap_days = 24 * century + century / 4 + year / 4 - (unsigned)(leap && month < 2);
    *days = (100 * century + year - 1) * 365 + leap_days + before[month] + day;
    return true;
}

// Sets `*seconds` since 1970 from a date and the hours, minutes and seconds behind it.
static inline bool read_digits(unsigned century, const unsigned *date, const unsigned *clock,
                               int64_t *seconds)
{
    unsigned days;
    if (clock[0] > 23 || clock[1] > 59 || clock[2] > 59 || !read_date(century, date, &days))
        return false;
    unsigned second = clock[0] * 3600 + clock[1] * 60 + clock[2];
    *seconds = FIRST_SECOND + (int64_t)days * SECONDS_PER_DAY + second;
    return true;
}

// Between the seconds and the Z there may be a fraction, which DER allows and
// RFC 5280 4.1.2.5.2 does not.
static bool is_fraction(struct oc_bytes text)
{
    if (text.len < 2 || text.data[0] != '.')
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return true;
}

bool oci_der_generalized_time(struct oc_bytes text, int64_t *seconds, unsigned *deviations)
{
    unsigned date[4];
    unsigned clock[4];
    if (text.len < 15 || text.data[text.len - 1] != 'Z' || !read_pairs(text.data, date) ||
        !read_pairs(text.data + 6, clock) || !read_digits(date[0], date + 1, clock + 1, seconds))
        return false;
    if (text.len == 15)
        return true;
    *deviations |= OC_DEV_TIME_FRACTION;
    return is_fraction((struct oc_bytes){text.data + 14, text.len - 15});
}

bool oci_der_utc_time(struct oc_bytes text, int64_t *seconds)
{
    unsigned date[4];
    unsigned clock[4];
    return text.len == 13 && text.data[12] == 'Z' && read_pairs(text.data, date) &&
           read_pairs(text.data + 4, clock) &&
           read_digits(date[0] < 50 ? 20 : 19, date, clock + 1, seconds);
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
