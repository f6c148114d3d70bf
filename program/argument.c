// SPDX-License-Identifier: MIT
//
// Octets, numbers and times from arguments. Dates are converted by libocsp.
#include "program/argument.h"

#include "program/hex.h"

#include <ocsp/der.h>

#include <string.h>

enum { DATE_TIME_DIGITS = 14 };

static bool is_decimal(char c)
{
    return c >= '0' && c <= '9';
}

bool argument_hex(const char *text, uint8_t *out, size_t max, size_t *len)
{
    size_t n = strlen(text) / 2;
    if (strlen(text) % 2 != 0 || n == 0 || n > max)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    *len = n;
    return true;
}

bool argument_number(const char *text, int64_t max, int64_t *out)
{
    int64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (!is_decimal(*text) || value > (max - (*text - '0')) / 10)
            return false;
        value = value * 10 + (*text - '0');
    }
    *out = value;
    return true;
}

// take matches `*text` with a pattern, and copies its digits to `*out`. In the pattern, 0 is any
// decimal digit, T and Z are these letters in either case, and other characters are themselves.
static bool take(const char **text, const char *pattern, char **out)
{
    for (; *pattern != '\0'; pattern++, (*text)++) {
        char c = **text;
        bool is_letter = *pattern == 'T' || *pattern == 'Z';
        if (*pattern == '0' && is_decimal(c))
            *(*out)++ = c;
        else if (*pattern == '0' || (c != *pattern && !(is_letter && c == (*pattern | 0x20))))
            return false;
    }
    return true;
}

static bool skip_fraction(const char **text)
{
    if (**text != '.')
        return true;
    size_t len = strspn(*text + 1, "0123456789");
    *text += 1 + len;
    return len > 0;
}

// time-offset = "Z" / ("+" / "-") time-hour ":" time-minute
static bool read_zone(const char *text, int64_t *seconds)
{
    char digits[4];
    char *end = digits;
    *seconds = 0;
    if (*text == 'Z' || *text == 'z')
        return text[1] == '\0';
    char sign = *text;
    if (sign != '+' && sign != '-')
        return false;
    text++;
    if (!take(&text, "00:00", &end) || *text != '\0')
        return false;
    int hours = (digits[0] - '0') * 10 + digits[1] - '0';
    int minutes = (digits[2] - '0') * 10 + digits[3] - '0';
    if (hours > 23 || minutes > 59)
        return false;
    *seconds = (int64_t)(hours * 60 + minutes) * (sign == '+' ? 60 : -60);
    return true;
}

// date-time = full-date "T" partial-time time-offset (RFC 3339 5.6), converted through the
// GeneralizedTime with the same digits.
static bool read_date_time(const char *text, int64_t *out)
{
    char der[2 + DATE_TIME_DIGITS + 1] = {OC_DER_GENERALIZED_TIME, DATE_TIME_DIGITS + 1};
    char *digits = der + 2;
    int64_t zone;
    if (!take(&text, "0000-00-00T00:00:00", &digits) || !skip_fraction(&text) ||
        !read_zone(text, &zone))
        return false;
    *digits = 'Z';
    struct oc_bytes in = {(const uint8_t *)der, sizeof der};
    if (oc_der_read_generalized_time(&in, out, NULL) != OC_OK)
        return false;
    *out -= zone;
    return *out >= ARGUMENT_TIME_MIN && *out <= ARGUMENT_TIME_MAX;
}

bool argument_time(const char *text, int64_t *out)
{
    bool is_before = text[0] == '-';
    if (argument_number(text + is_before, is_before ? -ARGUMENT_TIME_MIN : ARGUMENT_TIME_MAX,
                        out)) {
        *out = is_before ? -*out : *out;
        return true;
    }
    return read_date_time(text, out);
}
