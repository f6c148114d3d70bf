// SPDX-License-Identifier: MIT
//
// The request in the path of a GET (RFC 6960 A.1, RFC 9919 6), in all variants that clients and
// proxies send. Pure: octets in, octets out.
#ifndef HTTP_GET_H
#define HTTP_GET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// HTTP_GET_MAX is the largest request, in octets, that a path can hold.
enum { HTTP_GET_MAX = 16384 };

// enum http_get is the result of reading a path.
enum http_get {
    HTTP_GET_REQUEST = 0,
    HTTP_GET_NOTHING,   // not below a prefix, or empty
    HTTP_GET_RUBBISH,   // not base64
    HTTP_GET_TOO_LONG,  // base64 of more octets than allowed
};

// struct http_prefixes is the paths that may precede a request, without leading and trailing
// slashes, the longest first; "" is the root. The first that matches counts: none may continue
// another one like a request (see config/prefix.c).
struct http_prefixes {
    const char *const *texts;
    size_t n;
};

// http_get_read reads the request target `uri` of `len` octets: a path, or a URL with scheme and
// authority (RFC 9112 3.2.2).
//
// Any number of slashes may precede and follow the prefix. The base64 is that of RFC 4648 section 4
// or 5, but not a mixture; with padding or without; each character may be percent-encoded. Unused
// bits must be zero. Anything else is rejected.
//
// The request is written to the `size` octets at `out`, and its length to `*out_len`, which is 0 if
// the result is not HTTP_GET_REQUEST.
enum http_get http_get_read(const char *uri, size_t len, const struct http_prefixes *prefixes,
                            uint8_t *out, size_t size, size_t *out_len);

// http_get_is_root returns whether the target is one for POST: a prefix alone.
bool http_get_is_root(const char *uri, size_t len, const struct http_prefixes *prefixes);

#endif
