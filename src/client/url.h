// SPDX-License-Identifier: MIT
//
// Addresses from certificates: octets that their issuer chose, before libcurl sees them.
#ifndef CLIENT_URL_H
#define CLIENT_URL_H

#include <ocsp/base.h>

// OCI_MAX_URL is the most octets of an address, OCI_MAX_GET those of one that a GET is sent
// to, the request included (RFC 9919 6).
#define OCI_MAX_URL 2048
#define OCI_MAX_GET 255

// oci_url_fault says why an address cannot be used, or returns NULL for one that can.
const char *oci_url_fault(struct oc_bytes url);

// oci_url_text copies an address for people to read: a NUL becomes a question mark, and
// octets after the first OCI_MAX_URL are cut off. Returns NULL when memory runs out.
char *oci_url_text(struct oc_bytes url);

// oci_url_same_scheme tells whether two addresses that can be used have the same scheme.
bool oci_url_same_scheme(const char *a, const char *b);

// oci_url_get writes the address to GET the answer to `request` from (RFC 6960 A.1).
// Returns false when it would be longer than OCI_MAX_GET, or cannot be made from `url`
// because that has a query or a fragment.
bool oci_url_get(const char *url, struct oc_bytes request, char out[OCI_MAX_GET + 1]);

#endif
