// SPDX-License-Identifier: MIT
//
// The header fields that a responder reads and writes (RFC 9110, RFC 9111, RFC 9919 7.2).
#ifndef HTTP_FIELD_H
#define HTTP_FIELD_H

#include <stdbool.h>
#include <stdint.h>

// HTTP_DATE_SIZE holds an IMF-fixdate (RFC 9110 5.6.7).
enum { HTTP_DATE_SIZE = 30 };

// http_date writes a time, in seconds since 1970, as an IMF-fixdate.
void http_date(int64_t time, char out[HTTP_DATE_SIZE]);

// http_etag_matches returns whether the value of an If-None-Match field contains `etag`, which has
// no quotes (RFC 9110 13.1.2, with the weak comparison of 8.8.3.2).
bool http_etag_matches(const char *field, const char *etag);

// http_is_media_type returns whether the value of a Content-Type field is `type`, with any
// parameters.
bool http_is_media_type(const char *field, const char *type);

// struct http_freshness is the max-age to send, and the last time at which it is still right.
struct http_freshness {
    int64_t max_age;
    int64_t good_until;
};

// http_freshness computes it for `now`: now + max_age is before `next_update`, or max_age is 0.
struct http_freshness http_freshness(int64_t now, int64_t next_update, int64_t max_age);

#endif
