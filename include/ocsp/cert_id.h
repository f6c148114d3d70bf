// SPDX-License-Identifier: MIT
//
// ocsp/cert_id.h: the certificate that an OCSP message is about
//
// A cert ID names one certificate by its serial number and by hashes of its issuer's
// name and key (RFC 6960 4.1.1). Requests ask with it, and responses answer with it.
// oc_issuer_cert_id() makes one from the issuer's certificate.
#ifndef OCSP_CERT_ID_H
#define OCSP_CERT_ID_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_cert_id is a CertID.
//
// To build a message, the `oid` of `hash_algorithm` may be left absent: it is then
// filled in from `hash`, with parameters NULL.
//
// A parsed serial number is whatever the sender wrote: it may be negative or longer than
// 20 octets, which sets OC_DEV_SERIAL_NEGATIVE or OC_DEV_SERIAL_LONG in the message.
struct oc_cert_id {
    enum oc_hash hash;                   // the algorithm of both hashes
    struct oc_algorithm hash_algorithm;  // as in the message, parameters NULL or absent
    struct oc_bytes issuer_name_hash;    // of the issuer's Name, the whole DER element
    struct oc_bytes issuer_key_hash;     // of the content of its key's BIT STRING
    struct oc_bytes serial;              // the content of an INTEGER
};

// oc_cert_id_equal returns whether two cert IDs name the same certificate with the same
// hash algorithm.
//
// It compares the hash algorithm, both hashes and the serial number by value. The
// parameters of the algorithm do not count, since NULL and absent mean the same
// (RFC 6960 4.1.1, RFC 5754 2). Cert IDs that name one certificate with different hash
// algorithms are not equal: oc_issuer_matches() recognises both. May be called from
// several threads at once.
OC_API bool oc_cert_id_equal(const struct oc_cert_id *a, const struct oc_cert_id *b);

#ifdef __cplusplus
}
#endif

#endif
