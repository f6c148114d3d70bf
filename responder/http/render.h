// SPDX-License-Identifier: MIT
//
// HTTP responses as libmicrohttpd wants them (RFC 9919 6 and 7.2).
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H

#include "answer/cache.h"

#include <ocsp/response.h>

#include <microhttpd.h>

// enum http_text is a response that is not OCSP, and what it says.
enum http_text {
    HTTP_TEXT_OPTIONS = 0,  // 204
    HTTP_TEXT_RUBBISH,      // 400
    HTTP_TEXT_NOT_FOUND,    // 404
    HTTP_TEXT_METHOD,       // 405
    HTTP_TEXT_BROKEN,       // 400
    HTTP_TEXT_LENGTH,       // 400
    HTTP_TEXT_MEDIA_TYPE,   // 415
    HTTP_TEXT_HEADER,       // 431
    HTTP_TEXT_CODING,       // 501
    HTTP_TEXTS,
};

// http_text_status returns its status.
unsigned http_text_status(enum http_text text);

// Each of these makes a response, to be ended with MHD_destroy_response(), NULL when there is no
// memory. `is_last` says that the connection ends with it.
//
// http_render_answer makes that of an answer, of which it is an owner until its end; with
// `is_known` 304 and the header alone. http_render_once makes that of an answer to one request
// alone, from malloc(), which is freed in any case. http_render_error makes that of the OCSP
// error `status`.
struct MHD_Response *http_render_answer(struct cached *cached, int64_t max_age, bool is_known,
                                        bool is_last);
struct MHD_Response *http_render_once(uint8_t *der, size_t len, bool is_last);
struct MHD_Response *http_render_error(enum oc_response_status status, bool is_last);
struct MHD_Response *http_render_text(enum http_text text, bool is_last);

#endif
