// SPDX-License-Identifier: MIT
//
// The rows that parse and verify a response, the issuer prepared before.
#ifndef BENCH_VERIFY_H
#define BENCH_VERIFY_H

#include "measure.h"
#include "samples.h"

#include <ocsp/crypto.h>
#include <ocsp/delegates.h>
#include <ocsp/verify.h>

#include <openssl/ocsp.h>

enum { N_VERIFY_ROWS = 3 };

// The input of all subjects of one row.
struct verify_input {
    struct oc_bytes der;
    struct oc_bytes serial;
    struct oc_policy policy;
    const struct oc_issuer *issuer;
    STACK_OF(X509) * others;  // the issuer, for libcrypto
    X509_STORE *store;
    const EVP_MD *md;
    EVP_PKEY *issuer_key;
    struct oc_response resp;  // the message, parsed, for the floor
    struct oc_cert delegate;  // the signer's certificate, parsed, if it has one
    EVP_PKEY *delegate_key;
};

struct verify_inputs {
    struct oc_crypto *crypto;
    struct oc_bytes issuer_der;
    struct oc_issuer issuer;
    struct oc_delegate slots[4];
    struct oc_delegates delegates;
    struct verify_input responses[N_VERIFY_ROWS];
};

// verify_rows fills the rows; they point into `inputs`. It exits unless
// libocsp and libcrypto both find the responses good.
void verify_rows(struct row rows[N_VERIFY_ROWS], struct verify_inputs *inputs,
                 const struct samples *samples);

void verify_free(struct verify_inputs *inputs);

#endif
