// SPDX-License-Identifier: MIT
//
// Reasons and records: reading, writing, merging.
#include "command/record.h"

#include <ocsp/der.h>
#include <ocsp/extension.h>

#include <string.h>
#include <strings.h>

const char *record_text(const struct record *record, char buf[RECORD_TEXT])
{
    char at[OC_TIME_TEXT_LEN];
    switch (record->status) {
    case RECORD_NONE:
        break;
    case RECORD_UNCERTAIN:
        return "uncertain";
    case RECORD_NOT_ISSUED:
        return "not issued";
    case RECORD_GOOD:
        return "good";
    case RECORD_REVOKED:
        (void)oc_time_text(record->revoked_at, at);
        snprintf(buf, RECORD_TEXT, "revoked since %s%s%s", at, record->has_reason ? ", " : "",
                 record->has_reason ? oc_crl_reason_name(record->reason) : "");
        return buf;
    }
    return "unknown";
}

const char *record_whole_text(const struct record *record, char buf[RECORD_TEXT])
{
    char what[RECORD_TEXT];
    char expires[OC_TIME_TEXT_LEN];
    if (record->expires == 0 || !oc_time_text(record->expires, expires))
        return record_text(record, buf);
    snprintf(buf, RECORD_TEXT, "%.90s, expires %s", record_text(record, what), expires);
    return buf;
}

static void print_time(FILE *out, const char *key, int64_t seconds)
{
    char text[OC_TIME_TEXT_LEN];
    if (oc_time_text(seconds, text))
        fprintf(out, ",\"%s\":\"%s\"", key, text);
}

static const char *status_name(enum record_status status)
{
    if (status == RECORD_GOOD)
        return "good";
    if (status == RECORD_UNCERTAIN)
        return "uncertain";
    return status == RECORD_REVOKED ? "revoked" : "not-issued";
}

void record_print_json(FILE *out, const struct record *record)
{
    fprintf(out, "\"status\":\"%s\"", status_name(record->status));
    if (record->status == RECORD_REVOKED)
        print_time(out, "revoked_at", record->revoked_at);
    if (record->status == RECORD_REVOKED && record->has_reason)
        fprintf(out, ",\"reason\":\"%s\"", oc_crl_reason_name(record->reason));
    if (record->expires != 0)
        print_time(out, "expires", record->expires);
    if (record->this_update != 0)
        print_time(out, "this_update", record->this_update);
    if (record->next_update != 0)
        print_time(out, "next_update", record->next_update);
}

static bool read_reason(const char *text, int (*compare)(const char *, const char *),
                        struct record *out)
{
    static const uint8_t reasons[] = {
        OC_REASON_UNSPECIFIED,      OC_REASON_KEY_COMPROMISE,
        OC_REASON_CA_COMPROMISE,    OC_REASON_AFFILIATION_CHANGED,
        OC_REASON_SUPERSEDED,       OC_REASON_CESSATION_OF_OPERATION,
        OC_REASON_CERTIFICATE_HOLD, OC_REASON_PRIVILEGE_WITHDRAWN,
        OC_REASON_AA_COMPROMISE,
    };
    for (size_t i = 0; i < sizeof reasons; i++) {
        if (compare(text, oc_crl_reason_name(reasons[i])) != 0)
            continue;
        // RFC 5280 5.3.1: leave the reason out instead.
        out->has_reason = reasons[i] != OC_REASON_UNSPECIFIED;
        out->reason = reasons[i];
        return true;
    }
    return false;
}

bool reason_read(const char *text, struct record *out)
{
    return read_reason(text, strcmp, out);
}

bool reason_read_any_case(const char *text, struct record *out)
{
    return read_reason(text, strcasecmp, out);
}

static int rank(const struct record *record)
{
    if (!record->has_reason)
        return 1;
    switch (record->reason) {
    case OC_REASON_CERTIFICATE_HOLD:
        return 0;
    case OC_REASON_KEY_COMPROMISE:
    case OC_REASON_CA_COMPROMISE:
    case OC_REASON_AA_COMPROMISE:
        return 2;
    default:
        return 1;
    }
}

bool reason_is_worse(const struct record *a, const struct record *b)
{
    return rank(b) > rank(a);
}

bool record_is_same(const struct record *a, const struct record *b)
{
    bool same_reason = a->has_reason == b->has_reason && (!a->has_reason || a->reason == b->reason);
    return a->status == b->status && a->expires == b->expires &&
           (a->status != RECORD_REVOKED || (a->revoked_at == b->revoked_at && same_reason));
}

static void worsen(const struct record *other, struct record *out)
{
    out->has_reason = other->has_reason;
    out->reason = other->reason;
    if (other->revoked_at < out->revoked_at)
        out->revoked_at = other->revoked_at;
}

bool record_merge(const struct record *known, const struct record *other, struct record *out)
{
    int64_t expires = other->expires != 0 ? other->expires : known->expires;
    *out = known->status == RECORD_REVOKED ? *known : *other;
    out->expires = expires;
    // A record of the database has no validity: it applies until it is changed.
    out->this_update = 0;
    out->next_update = 0;
    if (known->status != RECORD_REVOKED)
        return true;
    if (other->status == RECORD_REVOKED && reason_is_worse(known, other)) {
        worsen(other, out);
        return true;
    }
    return other->status == RECORD_REVOKED && other->revoked_at == known->revoked_at &&
           rank(other) == rank(known) && other->reason == known->reason;
}
