// SPDX-License-Identifier: MIT
//
// What the header of a request decides: where the request ends, and what its body is (RFC 9112).
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include "http/render.h"

// struct http_line is the first line of a request, as libmicrohttpd shows it.
struct http_line {
    const char *method;
    const char *uri;
    size_t uri_len;
    const char *version;
};

// struct http_header is what the fields say.
struct http_header {
    size_t len;         // of all of it
    uint64_t body_len;  // 0 when it is not said
    bool is_chunked;
    bool has_tag;     // If-None-Match is there
    bool is_request;  // the only Content-Type is that of a request
};

// http_header_is_in_place tells whether this libmicrohttpd reads a header where it is, so that
// what it leaves out can be found by where the rest is.
bool http_header_is_in_place(void);

// http_header_read reads it. Returns false when not all would agree on where the request ends, or
// its Host is wrong, with what to answer in `*why`; then nothing that follows is a request.
bool http_header_read(struct MHD_Connection *mhd, const struct http_line *line, bool is_in_place,
                      struct http_header *header, enum http_text *why);

#endif
