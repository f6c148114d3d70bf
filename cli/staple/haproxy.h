// SPDX-License-Identifier: MIT
//
// HAProxy: which responses it loads, and sending it a new one while it runs.
#ifndef CLI_STAPLE_HAPROXY_H
#define CLI_STAPLE_HAPROXY_H

#include <ocsp/verify.h>

// staple_haproxy_refusal returns why HAProxy would not load a response with this verdict, NULL if
// it would.
const char *staple_haproxy_refusal(const struct oc_response *resp,
                                   const struct oc_verdict *verdict);

// staple_haproxy_set sends a response to the HAProxy that listens at `address`, the path of a
// socket or ADDRESS:PORT. It takes five seconds at most. Returns false after an error line that
// begins with `name`.
bool staple_haproxy_set(const char *name, const char *address, struct oc_bytes response);

#endif
