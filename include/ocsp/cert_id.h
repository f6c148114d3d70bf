// SPDX-License-Identifier: MIT
//
// The cert ID (RFC 6960 4.1.1): which certificate a request asks about and a
// response speaks of.
#ifndef OCSP_CERT_ID_H
#define OCSP_CERT_ID_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_cert_id is a CertID.
//
// `hash` is the algorithm of both hashes, OC_HASH_OTHER for one without a name;
// `hash_algorithm` is what the message says, with parameters NULL or absent. To
// build, a `hash_algorithm` without `oid` is filled in from `hash`, with parameters
// NULL. `serial` is the content of an INTEGER.
struct oc_cert_id {
    enum oc_hash hash;
    struct oc_algorithm hash_algorithm;
    struct oc_bytes issuer_name_hash;
    struct oc_bytes issuer_key_hash;
    struct oc_bytes serial;
};

// oc_cert_id_equal tells whether two cert IDs name the same certificate by the same
// hash. They are compared by value: hash algorithm, both hashes, serial number;
// parameters of the algorithm do not count (RFC 6960 4.1.1, RFC 5754 2).
OC_API bool oc_cert_id_equal(const struct oc_cert_id *a, const struct oc_cert_id *b);

#ifdef __cplusplus
}
#endif

#endif
