// SPDX-License-Identifier: MIT
//
// The rows that build a response about one certificate, and sign it with a P-256 key.
#ifndef BENCH_SIGN_H
#define BENCH_SIGN_H

#include "measure.h"
#include "samples.h"

#include <ocsp/issuer.h>
#include <ocsp/response.h>
#include <ocsp/sign.h>

#include <openssl/ocsp.h>

enum { N_SIGN_ROWS = 2, SIGN_TBS_LEN = 512 };

// The input of all subjects of both rows.
struct sign_inputs {
    struct oc_crypto *crypto;
    struct oc_private_key *key;
    struct oc_signer signer;
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_response single;
    struct oc_response_spec spec;
    EVP_PKEY *pkey;
    const EVP_MD *md;
    X509 *x509;
    OCSP_CERTID *cert_id;
    ASN1_TIME *this_update;
    ASN1_TIME *next_update;
    uint8_t tbs_buf[SIGN_TBS_LEN];
    struct oc_bytes tbs;  // the octets to sign, for the floor
};

// sign_rows fills the rows; they point into `inputs`.
void sign_rows(struct row rows[N_SIGN_ROWS], struct sign_inputs *inputs,
               const struct samples *samples);

void sign_free(struct sign_inputs *inputs);

#endif
