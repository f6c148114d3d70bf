// SPDX-License-Identifier: MIT
//
// The request in the path of a GET (RFC 6960 A.1, RFC 9919 6), in all the ways that clients and
// proxies write it. Pure: octets in, octets out.
#ifndef HTTP_GET_H
#define HTTP_GET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// HTTP_GET_MAX is the most octets of a request that a path can hold.
enum { HTTP_GET_MAX = 16384 };

// enum http_get is what a path is.
enum http_get {
    HTTP_GET_REQUEST = 0,
    HTTP_GET_NOTHING,   // another path than that of requests, or nothing behind it
    HTTP_GET_RUBBISH,   // not base64
    HTTP_GET_TOO_LONG,  // base64 of more octets than may be
};

// http_get_read reads the request target `uri` of `len` octets: the path, or with a scheme and
// an authority in front (RFC 9112 3.2.2). `prefix` is what stands in front of the request, without
// slashes at its ends; empty when there is nothing.
//
// Any number of slashes may stand before and behind the prefix. The base64 is that of RFC 4648
// section 4 or 5, but not mixed; with its padding or without; each character as itself or as %
// and two hex digits. Bits behind the last octet are zero. Nothing else is taken.
//
// The request is written to the `size` octets at `out`, its length to `*out_len`, which is 0
// when there is none.
enum http_get http_get_read(const char *uri, size_t len, const char *prefix, uint8_t *out,
                            size_t size, size_t *out_len);

// http_get_is_root tells whether the target is that of a POST: the prefix alone, or, when there
// is none, the root.
bool http_get_is_root(const char *uri, size_t len, const char *prefix);

#endif
