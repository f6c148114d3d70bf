// SPDX-License-Identifier: MIT
//
// Answers as HTTP responses (RFC 9919 6 and 7.2, RFC 9110, RFC 9111). What can be cached is
// rendered once and kept for those who ask next.
#ifndef RESPONDER_HTTP_REPLY_H
#define RESPONDER_HTTP_REPLY_H

#include "cache.h"

#include <ocsp/response.h>

#include <microhttpd.h>

// HTTP_DATE_SIZE holds an IMF-fixdate (RFC 9110 5.6.7).
enum { HTTP_DATE_SIZE = 30 };

// http_date writes a time, in seconds since 1970, as an IMF-fixdate.
void http_date(int64_t time, char out[HTTP_DATE_SIZE]);

// http_etag_matches tells whether the content of an If-None-Match field names `etag`, which is
// without quotes (RFC 9110 13.1.2, by the weak comparison of 8.8.3.2).
bool http_etag_matches(const char *field, const char *etag);

// http_is_media_type tells whether the content of a Content-Type field is `type`, with whatever
// parameters.
bool http_is_media_type(const char *field, const char *type);

// struct http_freshness is what caches are told at `now`, and until when that may be said again.
struct http_freshness {
    int64_t max_age;
    int64_t good_until;
};

// http_freshness works it out: now + max_age is before `next_update`, or max_age is 0.
struct http_freshness http_freshness(int64_t now, int64_t next_update, int64_t max_age);

// enum http_text is a response that is not OCSP, and what it says.
enum http_text {
    HTTP_TEXT_OPTIONS = 0,  // 204
    HTTP_TEXT_RUBBISH,      // 400
    HTTP_TEXT_NOT_FOUND,    // 404
    HTTP_TEXT_METHOD,       // 405
    HTTP_TEXT_LENGTH,       // 411
    HTTP_TEXT_MEDIA_TYPE,   // 415
    HTTP_TEXT_HEADER,       // 431
    HTTP_TEXT_CODING,       // 501
    HTTP_TEXTS,
};

// struct http_replies holds what was rendered, bounded, for all threads.
struct http_replies;

// http_replies_new returns NULL when there is no memory.
struct http_replies *http_replies_new(void);
void http_replies_free(struct http_replies *replies);

// Each of these queues one response for a connection and returns its status, 0 when there is no
// memory: the connection is then to be closed. `is_last` says that the connection ends with it.
//
// http_reply_cached sends an answer; with `is_known` 304 and its header alone. http_reply_once
// sends an answer to one request alone, from malloc(), which it frees in any case.
// http_reply_error sends the OCSP error `status`.
unsigned http_reply_cached(struct http_replies *replies, struct MHD_Connection *connection,
                           const struct cached *cached, int64_t now, bool is_known, bool is_last);
unsigned http_reply_once(struct MHD_Connection *connection, uint8_t *der, size_t len, bool is_last);
unsigned http_reply_error(struct http_replies *replies, struct MHD_Connection *connection,
                          enum oc_response_status status, bool is_last);
unsigned http_reply_text(struct http_replies *replies, struct MHD_Connection *connection,
                         enum http_text text, bool is_last);

#endif
