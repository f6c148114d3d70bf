// SPDX-License-Identifier: MIT
//
// Header fields of HTTP: Content-Type (RFC 9110 8.3), Cache-Control (RFC 9111 5.2).
#ifndef CLIENT_HTTP_H
#define CLIENT_HTTP_H

#include <stdbool.h>
#include <stdint.h>

// struct oci_freshness is how long an answer may be kept according to HTTP, in seconds.
struct oci_freshness {
    bool no_store;
    bool has_max_age;
    int64_t max_age;  // what is left of it, without the Age that the answer already has
};

// oci_http_is_type tells whether a Content-Type, which may be NULL, is `type`, whatever
// its parameters are.
bool oci_http_is_type(const char *field, const char *type);

// oci_http_cache_control adds what one Cache-Control says to `*out`: of several the
// shortest time counts.
void oci_http_cache_control(const char *field, struct oci_freshness *out);

// oci_http_age takes what an Age says off the time that is left.
void oci_http_age(const char *field, struct oci_freshness *out);

#endif
