// SPDX-License-Identifier: MIT
//
// The Certificate message of a handshake of TLS 1.3 (RFC 8446 4.4.2), read for what each
// certificate in it has as a staple (RFC 6066 8). That of TLS 1.2 is another.
#ifndef CLI_TLS_STAPLES_H
#define CLI_TLS_STAPLES_H

#include <ocsp/base.h>

// struct tls_entry is a CertificateEntry: the certificate, and its staple, whose `data` is NULL
// when it has none.
struct tls_entry {
    struct oc_bytes cert;
    struct oc_bytes staple;
};

// tls_staples_read checks a whole Certificate message of a server, its header of four octets
// included, and sets `*list` to its entries, for tls_staples_next(). Returns false, with `*list`
// zero, for what is not exactly one such message: an empty list, a context, a length that does not
// fit what it counts, a status that is none of OCSP or is there twice. `*list` and the entries are
// views into the message.
bool tls_staples_read(struct oc_bytes message, struct oc_bytes *list);

// tls_staples_next takes the first entry off a list. Returns false at its end.
bool tls_staples_next(struct oc_bytes *list, struct tls_entry *out);

// tls_staples_find finds the staple of the certificate with these octets, that of the first of its
// entries that has one. Returns it absent when there is none.
struct oc_bytes tls_staples_find(struct oc_bytes list, struct oc_bytes cert);

#endif
