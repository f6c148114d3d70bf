// SPDX-License-Identifier: MIT
//
// Reads and writes header fields without locks and without allocating.
#include "http/field.h"

#include <ocsp/base.h>
#include <ocsp/der.h>

#include <string.h>
#include <strings.h>

// WINDOW_MAX is for how many seconds, at most, the same max-age is sent.
enum { WINDOW_MAX = 30 };

// The functions of libc take a lock and would take longer than everything else in a reply.
void http_date(int64_t time, char out[HTTP_DATE_SIZE])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[OC_TIME_TEXT_LEN];
    if (!oc_time_text(time, text))
        (void)!oc_time_text(time = 0, text);
    // 1970-01-01 was a Thursday.
    int64_t day = (((time - (time % 86400 + 86400) % 86400) / 86400 + 4) % 7 + 7) % 7;
    size_t month = (size_t)(text[5] - '0') * 10 + (size_t)(text[6] - '0') - 1;
    memcpy(out, "Xxx, 00 Xxx 0000 00:00:00 GMT", HTTP_DATE_SIZE);
    memcpy(out, days + 3 * day, 3);
    memcpy(out + 5, text + 8, 2);
    memcpy(out + 8, months + 3 * month, 3);
    memcpy(out + 12, text, 4);
    memcpy(out + 17, text + 11, 8);
}

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t");
}

// entity-tag = [ %s"W/" ] DQUOTE *etagc DQUOTE. Returns the position behind it and what is between
// the quotes in `*tag`; or NULL if there is no entity tag.
static const char *next_tag(const char *at, struct oc_bytes *tag)
{
    if (strncmp(at, "W/", 2) == 0)
        at += 2;
    if (*at != '"')
        return NULL;
    const char *end = strchr(at + 1, '"');
    if (end == NULL)
        return NULL;
    *tag = (struct oc_bytes){(const uint8_t *)at + 1, (size_t)(end - at - 1)};
    return end + 1;
}

bool http_etag_matches(const char *field, const char *etag)
{
    struct oc_bytes wanted = {(const uint8_t *)etag, strlen(etag)};
    const char *at = skip_space(field);
    if (*at == '*')
        return *skip_space(at + 1) == '\0';
    // A list may have empty elements (RFC 9110 5.6.1.2).
    for (at += strspn(at, ", \t"); *at != '\0'; at += strspn(at, ", \t")) {
        struct oc_bytes tag;
        at = next_tag(at, &tag);
        if (at == NULL)
            return false;
        if (oc_bytes_equal(tag, wanted))
            return true;
        at = skip_space(at);
        if (*at != ',')
            return false;
    }
    return false;
}

bool http_is_media_type(const char *field, const char *type)
{
    const char *at = skip_space(field);
    size_t len = strlen(type);
    if (strncasecmp(at, type, len) != 0)
        return false;
    at = skip_space(at + len);
    return *at == '\0' || *at == ';';
}

struct http_freshness http_freshness(int64_t now, int64_t next_update, int64_t max_age)
{
    // The last second at which max_age ends before next_update.
    int64_t last = next_update - 1 - max_age;
    if (now <= last)
        return (struct http_freshness){max_age, last};
    int64_t left = next_update - 1 - now;
    if (left <= 0)
        return (struct http_freshness){0, now};
    int64_t window = left / 20 < WINDOW_MAX ? left / 20 : WINDOW_MAX;
    return (struct http_freshness){left - window, now + window};
}
