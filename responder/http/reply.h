// SPDX-License-Identifier: MIT
//
// Queues responses. A response that is requested often is rendered once and kept.
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/render.h"

// struct http_replies holds a bounded number of rendered responses, for all threads.
struct http_replies;

// http_replies_new returns NULL if it is out of memory.
struct http_replies *http_replies_new(void);
void http_replies_free(struct http_replies *replies);

// Each of these queues one response for a connection and returns its HTTP status, or 0 if it is out
// of memory: then the connection must be closed. `is_last` adds "Connection: close".
//
// http_reply_cached sends a cached answer, or with `is_known` a 304. http_reply_once sends an
// answer to one request only; it takes ownership of `der`, which comes from malloc(), even on
// failure. http_reply_error sends the OCSP error `status`, http_reply_text a plain text.
unsigned http_reply_cached(struct http_replies *replies, struct MHD_Connection *mhd,
                           struct cached *cached, int64_t now, bool is_known, bool is_last);
unsigned http_reply_once(struct MHD_Connection *mhd, uint8_t *der, size_t len, bool is_last);
unsigned http_reply_error(struct http_replies *replies, struct MHD_Connection *mhd,
                          enum oc_response_status status, bool is_last);
unsigned http_reply_text(struct http_replies *replies, struct MHD_Connection *mhd,
                         enum http_text text, bool is_last);

#endif
