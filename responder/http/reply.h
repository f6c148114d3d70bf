// SPDX-License-Identifier: MIT
//
// Sends answers. What is asked for often is rendered once, and kept for those who ask next.
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/render.h"

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
unsigned http_reply_cached(struct http_replies *replies, struct MHD_Connection *mhd,
                           struct cached *cached, int64_t now, bool is_known, bool is_last);
unsigned http_reply_once(struct MHD_Connection *mhd, uint8_t *der, size_t len, bool is_last);
unsigned http_reply_error(struct http_replies *replies, struct MHD_Connection *mhd,
                          enum oc_response_status status, bool is_last);
unsigned http_reply_text(struct http_replies *replies, struct MHD_Connection *mhd,
                         enum http_text text, bool is_last);

#endif
