// SPDX-License-Identifier: MIT
//
// The staples (RFC 6066 8) in the Certificate message of a TLS 1.3 handshake (RFC 8446 4.4.2). The
// Certificate message of TLS 1.2 has another format.
#ifndef CLI_CHECK_TLS_STAPLES_H
#define CLI_CHECK_TLS_STAPLES_H

#include <ocsp/base.h>

// struct tls_entry is a CertificateEntry: a certificate and its staple, whose `data` is NULL if
// there is none.
struct tls_entry {
    struct oc_bytes cert;
    struct oc_bytes staple;
};

// tls_staples_read checks a server's whole Certificate message, including its header of four
// octets, and sets `*list` to its entries, for tls_staples_next(). Returns false, with `*list`
// zero, if the message is malformed: an empty list, a context, a wrong length, a status that is not
// of OCSP, or two of them. `*list` and the entries are views into the message.
bool tls_staples_read(struct oc_bytes message, struct oc_bytes *list);

// tls_staples_next removes the first entry from a list. Returns false at the end of the list.
bool tls_staples_next(struct oc_bytes *list, struct tls_entry *out);

// tls_staples_find returns the staple of a certificate, given as DER: that of its first entry with
// a staple. The staple is absent if there is none.
struct oc_bytes tls_staples_find(struct oc_bytes list, struct oc_bytes cert);

#endif
