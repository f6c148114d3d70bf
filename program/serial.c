// SPDX-License-Identifier: MIT
//
// Serial numbers are read and written by hand: they have a few octets, and a CSV file has millions
// of them.
#include "program/serial.h"

#include "program/hex.h"
#include "program/report.h"

#include <stdio.h>
#include <string.h>

// SHOWN is how many octets of an invalid text a reason repeats.
enum { SHOWN = 80 };

static const char hex_digits[] = "0123456789abcdefABCDEF";

// struct writing is a text taken apart. The digits may have colons in between.
struct writing {
    bool is_negative;
    enum serial_kind kind;
    const char *digits;
};

static bool is_pairs(const char *digits)
{
    for (;; digits += 3) {
        if (hex_value(digits[0]) < 0 || hex_value(digits[1]) < 0)
            return false;
        if (digits[2] != ':')
            return digits[2] == '\0';
    }
}

static bool consists_of(const char *text, const char *characters)
{
    return text[0] != '\0' && text[strspn(text, characters)] == '\0';
}

static struct writing take_apart(const char *text)
{
    struct writing out = {.is_negative = text[0] == '-'};
    out.digits = text + out.is_negative;
    if (out.digits[0] == '0' && (out.digits[1] | 0x20) == 'x') {
        out.digits += 2;
        if (consists_of(out.digits, hex_digits))
            out.kind = SERIAL_KIND_MARKED;
    } else if (consists_of(out.digits, "0123456789")) {
        out.kind = SERIAL_KIND_DIGITS;
    } else if (consists_of(out.digits, hex_digits)) {
        out.kind = SERIAL_KIND_HEX;
    } else if (strchr(out.digits, ':') != NULL && is_pairs(out.digits)) {
        out.kind = SERIAL_KIND_MARKED;
    }
    return out;
}

enum serial_kind serial_kind_of(const char *text)
{
    return take_apart(text).kind;
}

// Multiplies the number in `*len` octets by `base` and adds `digit`. A longer number grows to the
// left, up to `max` octets.
static bool append_digit(uint8_t *end, size_t max, size_t *len, unsigned base, unsigned digit)
{
    unsigned carry = digit;
    for (size_t i = 1; i <= *len; i++) {
        carry += end[-(ptrdiff_t)i] * base;
        end[-(ptrdiff_t)i] = (uint8_t)carry;
        carry >>= 8;
    }
    if (carry == 0)
        return true;
    if (*len == max)
        return false;
    (*len)++;
    end[-(ptrdiff_t)*len] = (uint8_t)carry;
    return true;
}

static bool read_magnitude(const char *digits, unsigned base, uint8_t *out, size_t max, size_t *len)
{
    *len = 0;
    for (; *digits != '\0'; digits++) {
        if (*digits != ':' &&
            !append_digit(out + max, max, len, base, (unsigned)hex_value(*digits)))
            return false;
    }
    memmove(out, out + max - *len, *len);
    return true;
}

static void negate(uint8_t *octets, size_t len)
{
    unsigned carry = 1;
    for (size_t i = len; i-- > 0;) {
        carry += (uint8_t)~octets[i];
        octets[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

// Makes the shortest INTEGER of a number without leading zero octets (X.690 8.3.2).
static bool add_sign(bool is_negative, uint8_t *octets, size_t max, size_t *len)
{
    if (is_negative)
        negate(octets, *len);
    bool has_sign = *len > 0 && (octets[0] & 0x80) != 0;
    if (*len > 0 && has_sign == is_negative)
        return true;
    if (*len == max)
        return false;
    memmove(octets + 1, octets, *len);
    octets[0] = is_negative && *len > 0 ? 0xFF : 0;
    (*len)++;
    return true;
}

bool serial_read(const char *text, enum serial_base base, uint8_t *out, size_t max, size_t *len)
{
    struct writing writing = take_apart(text);
    bool is_hex = writing.kind == SERIAL_KIND_MARKED ||
                  (base == SERIAL_BASE_HEX && writing.kind != SERIAL_KIND_INVALID);
    if (!is_hex && (base != SERIAL_BASE_DECIMAL || writing.kind != SERIAL_KIND_DIGITS))
        return false;
    return read_magnitude(writing.digits, is_hex ? 16 : 10, out, max, len) &&
           add_sign(writing.is_negative, out, max, len);
}

// Says which two numbers the digits may be. The decimal one is written without leading zeros.
static void write_ambiguous(const char *text, size_t max, char *why, size_t size)
{
    uint8_t octets[SHOWN];
    char hex[SERIAL_TEXT_SIZE(SHOWN)];
    size_t len;
    const bool is_negative = text[0] == '-';
    const char *sign = is_negative ? "-" : "";
    if (strlen(text) > SHOWN ||
        !serial_read(text, SERIAL_BASE_DECIMAL, octets, max < SHOWN ? max : SHOWN, &len)) {
        snprintf(why, size,
                 "\"%.*s\" may be hexadecimal or decimal: add --hex or --decimal, or write 0x in "
                 "front of hex digits",
                 SHOWN, text);
        return;
    }
    const char *digits = serial_text((struct oc_bytes){octets, len}, hex) + is_negative + 2;
    digits += digits[0] == '0' && digits[1] != '\0';
    const char *typed = text + is_negative;
    const bool is_same = strcmp(typed, digits) == 0;
    snprintf(
        why, size,
        "\"%s\" may be hexadecimal or decimal: add --hex or --decimal, or write %s0x%s%s%s%s%s",
        text, sign, typed, is_same ? "" : " / ", is_same ? "" : sign, is_same ? "" : "0x",
        is_same ? "" : digits);
}

const char *serial_why(const char *text, enum serial_base base, size_t max, char *why, size_t size)
{
    struct writing writing = take_apart(text);
    if (writing.kind == SERIAL_KIND_INVALID)
        snprintf(why, size, "invalid serial number \"%.*s\": write it like 0x01aa or 01:aa", SHOWN,
                 text);
    else if (base == SERIAL_BASE_NONE && writing.kind == SERIAL_KIND_DIGITS)
        write_ambiguous(text, max, why, size);
    else if (base == SERIAL_BASE_NONE && writing.kind == SERIAL_KIND_HEX)
        snprintf(why, size, "\"%.*s\" may be hexadecimal: add --hex, or write it like 0x01aa",
                 SHOWN, text);
    else if (base == SERIAL_BASE_DECIMAL && writing.kind == SERIAL_KIND_HEX)
        snprintf(why, size, "invalid serial number \"%.*s\": not decimal", SHOWN, text);
    else
        snprintf(why, size, "invalid serial number \"%.*s\": longer than %zu octets", SHOWN, text,
                 max);
    return why;
}

// Writes the octets without their sign; `*is_negative` is the sign. Returns their number; zero has
// one octet.
static size_t take_magnitude(struct oc_bytes serial, uint8_t *out, bool *is_negative)
{
    size_t skip = 0;
    size_t len = serial.len < SERIAL_OCTETS_MAX ? serial.len : SERIAL_OCTETS_MAX;
    *is_negative = len > 0 && (serial.data[0] & 0x80) != 0;
    if (len == 0)
        return 0;
    memcpy(out, serial.data, len);
    if (*is_negative)
        negate(out, len);
    while (skip + 1 < len && out[skip] == 0)
        skip++;
    memmove(out, out + skip, len - skip);
    return len - skip;
}

const char *serial_text(struct oc_bytes serial, char *buf)
{
    uint8_t magnitude[SERIAL_OCTETS_MAX];
    bool is_negative;
    size_t len = take_magnitude(serial, magnitude, &is_negative);
    char *at = buf;
    if (is_negative)
        *at++ = '-';
    *at++ = '0';
    *at++ = 'x';
    hex_write(at, magnitude, len);
    return buf;
}

// Divides the number by ten and returns the remainder.
static unsigned divide_by_ten(uint8_t *octets, size_t len)
{
    unsigned rest = 0;
    for (size_t i = 0; i < len; i++) {
        rest = rest << 8 | octets[i];
        octets[i] = (uint8_t)(rest / 10);
        rest %= 10;
    }
    return rest;
}

// Writes the digits before `end` and returns the first of them.
static char *write_decimal(uint8_t *octets, size_t len, char *end)
{
    size_t first = 0;
    do {
        *--end = (char)('0' + divide_by_ten(octets, len));
        while (first < len && octets[first] == 0)
            first++;
    } while (first < len);
    return end;
}

const char *serial_label(struct oc_bytes serial, char *buf)
{
    uint8_t magnitude[SERIAL_OCTETS_MAX];
    char digits[3 * SERIAL_OCTETS_MAX];
    bool is_negative;
    size_t len = take_magnitude(serial, magnitude, &is_negative);
    digits[sizeof digits - 1] = '\0';
    const char *decimal = write_decimal(magnitude, len, digits + sizeof digits - 1);
    size_t n = strlen(serial_text(serial, buf));
    size_t octets = serial.len < SERIAL_OCTETS_MAX ? serial.len : SERIAL_OCTETS_MAX;
    snprintf(buf + n, SERIAL_LABEL_SIZE(octets) - n, " (decimal %s%s)", is_negative ? "-" : "",
             decimal);
    return buf;
}

bool serial_option(const char *about, int option, enum serial_base *base)
{
    enum serial_base given = SERIAL_BASE_NONE;
    if (option == SERIAL_OPTION_HEX)
        given = SERIAL_BASE_HEX;
    else if (option == SERIAL_OPTION_DECIMAL)
        given = SERIAL_BASE_DECIMAL;
    if (given == SERIAL_BASE_NONE)
        return false;
    if (*base != SERIAL_BASE_NONE && *base != given) {
        complain(about, "--hex and --decimal exclude each other");
        return false;
    }
    *base = given;
    return true;
}
