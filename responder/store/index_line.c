// SPDX-License-Identifier: MIT
//
// The fields of a line: status, notAfter, revocation, serial number, file, name.
#include "store/index_line.h"

#include "program/hex.h"

#include <ocsp/der.h>
#include <ocsp/extension.h>

#include <string.h>
#include <strings.h>

enum { STATUS, EXPIRES, REVOKED, SERIAL, FILE_NAME, SUBJECT, N_FIELDS };

bool index_line_is_empty(const char *line, size_t len)
{
    return len == 0 || line[0] == '#' || (len == 1 && line[0] == '\r');
}

// Splits a line at its tabs, except those after a backslash, which belong to a field. Returns the
// number of fields, N_FIELDS + 1 if there are too many.
static size_t split(char *line, size_t len, char *fields[N_FIELDS])
{
    size_t n = 0;
    char *begin = line;
    for (size_t i = 0; i <= len; i++) {
        bool is_end = i == len;
        if (!is_end && (line[i] != '\t' || (i > 0 && line[i - 1] == '\\')))
            continue;
        if (n == N_FIELDS)
            return n + 1;
        fields[n++] = begin;
        // The octet after the line is the caller's.
        if (!is_end)
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

// Reads pairs of hex digits as the shortest INTEGER: without leading zero octets, except for one
// that keeps the number positive.
static bool read_serial(const char *text, uint8_t out[SERIAL_MAX], size_t *len)
{
    size_t n_digits = strlen(text);
    if (n_digits == 0 || n_digits % 2 != 0)
        return false;
    while (n_digits > 2 && text[0] == '0' && text[1] == '0') {
        text += 2;
        n_digits -= 2;
    }
    size_t n = hex_value(text[0]) >= 8 ? 1 : 0;
    if (n_digits / 2 + n > SERIAL_MAX)
        return false;
    out[0] = 0;
    for (size_t i = 0; i < n_digits; i += 2) {
        int high = hex_value(text[i]);
        int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[n++] = (uint8_t)(high << 4 | low);
    }
    *len = n;
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

static const char *read_revocation(char *text, struct record *out)
{
    char *reason = strchr(text, ',');
    if (reason != NULL)
        *reason++ = '\0';
    if (!read_time(text, &out->revoked_at))
        return "invalid revocation time in the third field";
    if (reason == NULL)
        return NULL;
    reason[strcspn(reason, ",")] = '\0';
    return read_reason(reason, out) ? NULL : "invalid revocation reason in the third field";
}

// The status V is valid, E is expired, and R is revoked.
static const char *read_status(const char *status, char *revocation, struct record *out)
{
    bool is_revoked = strcmp(status, "R") == 0;
    if (!is_revoked && strcmp(status, "V") != 0 && strcmp(status, "E") != 0)
        return "invalid first field: expected V, R or E";
    out->status = is_revoked ? RECORD_REVOKED : RECORD_GOOD;
    if (is_revoked)
        return read_revocation(revocation, out);
    return *revocation == '\0' ? NULL : "unexpected revocation time in the third field";
}

const char *index_line_read(char *line, size_t len, uint8_t serial[SERIAL_MAX], size_t *serial_len,
                            struct record *out)
{
    char *fields[N_FIELDS];
    *out = (struct record){0};
    if (memchr(line, '\0', len) != NULL)
        return "unexpected NUL byte";
    if (split(line, len, fields) != N_FIELDS)
        return "invalid line: expected six fields separated by tabs";
    if (!read_time(fields[EXPIRES], &out->expires))
        return "invalid time in the second field";
    if (!read_serial(fields[SERIAL], serial, serial_len))
        return "invalid serial number in the fourth field: expected pairs of hex digits";
    return read_status(fields[STATUS], fields[REVOKED], out);
}
