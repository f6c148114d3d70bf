// SPDX-License-Identifier: MIT
//
// The rows that build a request from two certificates that were parsed before.
#ifndef BENCH_BUILD_H
#define BENCH_BUILD_H

#include "measure.h"
#include "samples.h"

#include <ocsp/cert.h>
#include <ocsp/crypto.h>

#include <openssl/evp.h>

enum { N_BUILD_ROWS = 2 };

// The input of all subjects of one row.
struct build_input {
    const struct oc_crypto *crypto;
    enum oc_hash hash;
    struct oc_cert leaf;
    struct oc_cert issuer;
    X509 *x509_leaf;
    X509 *x509_issuer;
    EVP_MD *md;
};

struct build_inputs {
    struct oc_crypto *crypto;
    struct build_input hashes[N_BUILD_ROWS];
    struct build_input without_crypto;
};

// build_rows fills the rows; they point into `inputs`. It ends the program unless
// libocsp and libcrypto build the same octets, with SHA-1 those of the documented example.
void build_rows(struct row rows[N_BUILD_ROWS], struct build_inputs *inputs,
                const struct samples *samples, const char *dir);

void build_free(struct build_inputs *inputs);

// build_heap_row is the first row with a hash that allocates nothing in place of
// libcrypto's, so that only calls of the core itself are counted.
struct row build_heap_row(struct build_inputs *inputs);

#endif
