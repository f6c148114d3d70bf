// SPDX-License-Identifier: MIT
//
// Makes HTTP responses as objects of libmicrohttpd (RFC 9919 6 and 7.2).
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H

#include "answer/cache.h"

#include <ocsp/response.h>

#include <microhttpd.h>

// enum http_text is a response in plain text, not OCSP.
enum http_text {
    HTTP_TEXT_OPTIONS = 0,  // 204
    HTTP_TEXT_RUBBISH,      // 400
    HTTP_TEXT_NOT_FOUND,    // 404
    HTTP_TEXT_METHOD,       // 405
    HTTP_TEXT_BROKEN,       // 400
    HTTP_TEXT_LENGTH,       // 400
    HTTP_TEXT_HEADER,       // 431
    HTTP_TEXT_CODING,       // 501
    HTTP_TEXTS,
};

// http_text_status returns the HTTP status of a text.
unsigned http_text_status(enum http_text text);

// Each of these returns a response, to be freed with MHD_destroy_response(), or NULL if it is out
// of memory. `is_last` adds "Connection: close".
//
// http_render_answer makes the response for a cached answer, which it holds until it is destroyed;
// with `is_known` it is a 304 without a body. http_render_once is for an answer to one request
// only; it takes ownership of `der`, which comes from malloc(), even on failure. http_render_error
// is for the OCSP error `status`, http_render_text for a plain text.
struct MHD_Response *http_render_answer(struct cached *cached, int64_t max_age, bool is_known,
                                        bool is_last);
struct MHD_Response *http_render_once(uint8_t *der, size_t len, bool is_last);
struct MHD_Response *http_render_error(enum oc_response_status status, bool is_last);
struct MHD_Response *http_render_text(enum http_text text, bool is_last);

#endif
