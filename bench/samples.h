// SPDX-License-Identifier: MIT
//
// The input: the documented request and its certificates, and responses that are signed
// with keys made for this run.
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <ocsp/base.h>

#include <openssl/x509.h>

enum { N_LISTS = 4 };

struct samples {
    struct oc_bytes request;    // 88 octets
    struct oc_bytes plain;      // a response signed with RSA-2048, no certificates
    struct oc_bytes delegated;  // one signed with P-256 by the delegate whose certificate it has
    struct oc_bytes lists[N_LISTS];
    X509 *ca;  // issuer of the certificate that `plain` and `delegated` speak of
    EVP_PKEY *ca_key;
    X509 *delegate;
    EVP_PKEY *delegate_key;
    struct oc_bytes delegate_der;
    struct oc_bytes leaf_der;
    struct oc_bytes issuer_der;
    X509 *leaf;
    X509 *issuer;
};

// list_sizes are the numbers of single responses in `lists`.
extern const size_t list_sizes[N_LISTS];

// samples_make reads the files of the documented example in `dir` and makes the rest, or
// exits.
void samples_make(struct samples *samples, const char *dir);

void samples_free(struct samples *samples);

#endif
