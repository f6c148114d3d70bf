// SPDX-License-Identifier: MIT
//
// Checks the header of a request, which decides where the request ends and what its body is
// (RFC 9112).
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include "http/render.h"

// struct http_line is the request line, as libmicrohttpd passes it.
struct http_line {
    const char *method;
    const char *uri;
    size_t uri_len;
    const char *version;
};

// struct http_header is the contents of the header fields.
struct http_header {
    size_t len;         // of the whole header, in octets
    uint64_t body_len;  // 0 if there is no Content-Length
    bool is_chunked;
    bool has_tag;     // there is an If-None-Match
    bool is_request;  // the only Content-Type is application/ocsp-request
};

// http_header_is_in_place returns whether this version of libmicrohttpd parses a header in place.
// Then what it skips shows in the addresses of the fields.
bool http_header_is_in_place(void);

// http_header_read reads the header. Returns false, with the response in `*why`, if other software
// could see the end of the request elsewhere, or its Host is invalid; then the connection must be
// closed, because what follows cannot be trusted to be a request.
bool http_header_read(struct MHD_Connection *mhd, const struct http_line *line, bool is_in_place,
                      struct http_header *header, enum http_text *why);

#endif
