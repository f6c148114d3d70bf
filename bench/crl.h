// SPDX-License-Identifier: MIT
//
// The rows about a CRL of a million entries: parsing it and finding a serial number, and verifying
// it.
#ifndef BENCH_CRL_H
#define BENCH_CRL_H

#include "measure.h"
#include "samples.h"
#include "walk.h"

#include <ocsp/crl.h>
#include <ocsp/verify.h>

enum { N_CRL_ROWS = 2 };

// The input of all subjects of both rows.
struct crl_inputs {
    uint8_t *room;
    struct oc_bytes der;
    struct walk walk;
    struct oc_bytes serial;
    struct oc_crl crl;   // the CRL, parsed by libocsp
    X509_CRL *x509_crl;  // and by libcrypto
    struct oc_crypto *crypto;
    struct oc_bytes issuer_der;
    struct oc_issuer issuer;
    struct oc_policy policy;
    EVP_PKEY *key;
};

// crl_rows makes the CRL and fills the rows; they point into `inputs`. It exits unless libocsp and
// libcrypto find the same entry and the signature right.
void crl_rows(struct row rows[N_CRL_ROWS], struct crl_inputs *inputs,
              const struct samples *samples);

void crl_free(struct crl_inputs *inputs);

#endif
