// SPDX-License-Identifier: MIT
//
// The fields of a line: status, notAfter, revocation, serial number, file, name. What can be read
// of a line counts, because a row that is left out could hide a revocation. The serial number is
// where the row begins: without it, the line says nothing.
//
// A serial number is read as BN_hex2bn(3ssl) reads it, which OpenSSL uses to make a CRL of the
// file: digits of either case, a minus sign in front, leading zeros, and an odd number of digits,
// which is odd because a digit may be missing. BN_hex2bn() also stops at the first character that
// is not a digit; here such a number is not read, because it may be another one.
#include "store/index_line.h"

#include "program/hex.h"

#include <ocsp/der.h>
#include <ocsp/extension.h>

#include <string.h>
#include <strings.h>

enum { STATUS, EXPIRES, REVOKED, SERIAL, FILE_NAME, SUBJECT, N_FIELDS };

#define NOT_SIX_FIELDS "invalid line: expected six fields separated by tabs"
#define INVALID_SERIAL "invalid serial number in the fourth field: expected pairs of hex digits"

bool index_line_is_empty(const char *line, size_t len)
{
    return len == 0 || line[0] == '#' || (len == 1 && line[0] == '\r');
}

// A tab after a backslash belongs to a field.
static bool is_separator(const char *line, size_t i)
{
    return line[i] == '\t' && (i == 0 || line[i - 1] != '\\');
}

bool index_line_has_whole_serial(const char *line, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len && n <= SERIAL; i++)
        n += is_separator(line, i);
    return n > SERIAL;
}

// Splits a line at its tabs. Returns the number of fields, N_FIELDS + 1 if there are too many.
static size_t split(char *line, size_t len, char *fields[N_FIELDS])
{
    size_t n = 0;
    char *begin = line;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && !is_separator(line, i))
            continue;
        if (n == N_FIELDS)
            return n + 1;
        fields[n++] = begin;
        line[i] = '\0';
        begin = line + i + 1;
    }
    return n;
}

// Reads a UTCTime or GeneralizedTime, which the file has with the same text as DER.
static bool read_time(const char *text, int64_t *out)
{
    uint8_t der[2 + sizeof "YYYYMMDDHHMMSSZ"];
    size_t len = strlen(text);
    if (len + 2 > sizeof der)
        return false;
    der[1] = (uint8_t)len;
    memcpy(der + 2, text, len);
    struct oc_bytes in = {der, len + 2};
    der[0] = len == sizeof "YYMMDDHHMMSSZ" - 1 ? OC_DER_UTC_TIME : OC_DER_GENERALIZED_TIME;
    if (der[0] == OC_DER_UTC_TIME)
        return oc_der_read_utc_time(&in, out) == OC_OK && in.len == 0;
    return oc_der_read_generalized_time(&in, out, NULL) == OC_OK && in.len == 0;
}

// Reads digits as the magnitude of a number, without leading zero octets. Returns its octets, 0 if
// it is invalid or too long.
static size_t read_magnitude(const char *digits, uint8_t out[SERIAL_MAX])
{
    size_t n_digits = strlen(digits);
    size_t n = 0;
    while (n_digits > 2 && digits[0] == '0') {
        digits++;
        n_digits--;
    }
    if (n_digits == 0 || (n_digits + 1) / 2 > SERIAL_MAX)
        return 0;
    out[0] = 0;
    for (size_t i = 0; i < n_digits; i++) {
        int value = hex_value(digits[i]);
        bool is_high = (n_digits - i) % 2 == 0;
        if (value < 0)
            return 0;
        out[n] = (uint8_t)(is_high ? value << 4 : out[n] | value);
        n += !is_high;
        if (!is_high && n < SERIAL_MAX)
            out[n] = 0;
    }
    return n;
}

// Makes a number of `n` octets, whose first is not zero, its two's complement.
static void negate(uint8_t *octets, size_t n)
{
    unsigned carry = 1;
    for (size_t i = n; i-- > 0;) {
        carry += (uint8_t)~octets[i];
        octets[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

// Reads hex digits as the shortest INTEGER: with an octet in front only if the sign needs it.
static bool read_serial(const char *text, struct index_row *out)
{
    bool is_negative = *text == '-';
    uint8_t octets[SERIAL_MAX];
    size_t n = read_magnitude(text + is_negative, octets);
    if (n == 0)
        return false;
    is_negative = is_negative && octets[0] != 0;
    if (is_negative)
        negate(octets, n);
    bool has_sign = (octets[0] >= 0x80) != is_negative;
    if (n + has_sign > SERIAL_MAX)
        return false;
    out->serial[0] = is_negative ? 0xFF : 0;
    memcpy(out->serial + has_sign, octets, n);
    out->serial_len = n + has_sign;
    return true;
}

// Reads the names of reasons that OpenSSL writes. holdInstruction and the times of a compromise
// have a third part, which is ignored, because no OCSP response can carry it.
static bool read_reason(const char *text, struct record *out)
{
    static const struct {
        const char *name;
        uint8_t reason;
    } names[] = {
        {"unspecified", OC_REASON_UNSPECIFIED},
        {"keyCompromise", OC_REASON_KEY_COMPROMISE},
        {"keyTime", OC_REASON_KEY_COMPROMISE},
        {"CACompromise", OC_REASON_CA_COMPROMISE},
        {"CAkeyTime", OC_REASON_CA_COMPROMISE},
        {"affiliationChanged", OC_REASON_AFFILIATION_CHANGED},
        {"superseded", OC_REASON_SUPERSEDED},
        {"cessationOfOperation", OC_REASON_CESSATION_OF_OPERATION},
        {"certificateHold", OC_REASON_CERTIFICATE_HOLD},
        {"holdInstruction", OC_REASON_CERTIFICATE_HOLD},
        {"privilegeWithdrawn", OC_REASON_PRIVILEGE_WITHDRAWN},
        {"AACompromise", OC_REASON_AA_COMPROMISE},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(text, names[i].name) != 0)
            continue;
        // RFC 5280 5.3.1: an unspecified reason is expressed by the absence of one.
        out->has_reason = names[i].reason != OC_REASON_UNSPECIFIED;
        out->reason = names[i].reason;
        return true;
    }
    return false;
}

// The first odd thing is reported.
static void note(struct index_row *out, const char *odd)
{
    if (out->odd == NULL)
        out->odd = odd;
}

static void read_revocation(char *text, struct index_row *out)
{
    char *reason = strchr(text, ',');
    if (reason != NULL)
        *reason++ = '\0';
    out->has_no_date = !read_time(text, &out->record.revoked_at);
    if (out->has_no_date) {
        out->record.revoked_at = 0;
        note(out, "invalid revocation time in the third field");
    }
    if (reason == NULL)
        return;
    reason[strcspn(reason, ",")] = '\0';
    if (!read_reason(reason, &out->record))
        note(out, "invalid revocation reason in the third field");
}

// The status V is valid, E is expired, and R is revoked. A line with a revocation that is not R may
// be one that was revoked.
static void read_status(const char *status, char *revocation, struct index_row *out)
{
    if (strcmp(status, "R") == 0) {
        out->record.status = RECORD_REVOKED;
        read_revocation(revocation, out);
        return;
    }
    bool is_known = strcmp(status, "V") == 0 || strcmp(status, "E") == 0;
    bool is_good = is_known && *revocation == '\0';
    out->record.status = is_good ? RECORD_GOOD : RECORD_UNCERTAIN;
    if (!is_known)
        note(out, "invalid first field: expected V, R or E");
    else if (!is_good)
        note(out, "unexpected revocation time in the third field");
}

static void read_fields(char *fields[N_FIELDS], struct index_row *out)
{
    read_status(fields[STATUS], fields[REVOKED], out);
    if (read_time(fields[EXPIRES], &out->record.expires))
        return;
    out->record.expires = 0;
    note(out, "invalid time in the second field");
}

// Returns whether a text is a revocation whose time can be read.
static bool is_revocation(char *text)
{
    int64_t ignored;
    size_t len = strcspn(text, ",");
    char after = text[len];
    text[len] = '\0';
    bool ok = read_time(text, &ignored);
    text[len] = after;
    return ok;
}

// Returns whether the fields in front of the serial number are in their places: a line with too few
// or too many may have lost one there, and then has another field in the serial number's place.
static bool are_in_place(char *fields[N_FIELDS])
{
    int64_t ignored;
    if (strlen(fields[STATUS]) != 1 || !read_time(fields[EXPIRES], &ignored))
        return false;
    return fields[STATUS][0] == 'R' ? is_revocation(fields[REVOKED]) : fields[REVOKED][0] == '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// Splits a line without tabs at its blanks, as far as the serial number. Returns the number of
// fields. The third field of a line that is not revoked is empty, so it is not there.
static size_t split_at_blanks(char *line, char *fields[N_FIELDS])
{
    size_t n = 0;
    char *at = line;
    while (n <= SERIAL && *at != '\0') {
        if (n == REVOKED && strcmp(fields[STATUS], "R") != 0) {
            fields[n++] = line + strlen(line);
            continue;
        }
        fields[n++] = at;
        at += strcspn(at, " \t");
        while (is_blank(*at))
            *at++ = '\0';
    }
    return n;
}

// Splits a line at its tabs, or at its blanks if it has not enough of those. Sets `*odd` if that
// does not give six fields. Returns false if the serial number cannot be found.
static bool find_fields(char *line, size_t len, char *fields[N_FIELDS], const char **odd)
{
    if (memchr(line, '\t', len) == NULL) {
        *odd = NOT_SIX_FIELDS;
        return split_at_blanks(line, fields) > SERIAL && are_in_place(fields);
    }
    size_t n = split(line, len, fields);
    *odd = n == N_FIELDS ? NULL : NOT_SIX_FIELDS;
    return n == N_FIELDS || (n > SERIAL && are_in_place(fields));
}

const char *index_line_read(char *line, size_t len, struct index_row *out)
{
    char *fields[N_FIELDS];
    *out = (struct index_row){0};
    const char *nul = memchr(line, '\0', len);
    if (len > 0 && line[len - 1] == '\r')
        line[--len] = '\0';
    if (!find_fields(line, len, fields, &out->odd))
        return nul != NULL ? "unexpected NUL byte" : out->odd;
    // A NUL behind the serial number does not concern what counts.
    if (nul != NULL && nul <= fields[SERIAL] + strlen(fields[SERIAL]))
        return "unexpected NUL byte";
    if (nul != NULL)
        note(out, "unexpected NUL byte");
    if (!read_serial(fields[SERIAL], out))
        return INVALID_SERIAL;
    read_fields(fields, out);
    if (strlen(fields[SERIAL] + (fields[SERIAL][0] == '-')) % 2 != 0)
        note(out, INVALID_SERIAL);
    return NULL;
}
