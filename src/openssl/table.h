// SPDX-License-Identifier: MIT
//
// What stands behind the table of libocsp-openssl, and its functions that have files
// of their own.
#ifndef OPENSSL_TABLE_H
#define OPENSSL_TABLE_H

#include <ocsp/crypto.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#define N_HASHES (OC_HASH_SHA512 + 1)
#define N_CURVES 3

struct table {
    struct oc_crypto crypto;  // first, so that the functions find the rest from it
    EVP_MD *digests[N_HASHES];
    EVP_PKEY *curves[N_CURVES];  // keys of the usual curves, without a point
};

// struct oc_key is a decoded key. Nothing in it is written to after oci_key_decode().
struct oc_key {
    EVP_PKEY *pkey;
    unsigned rsa_bits;  // OC_BITS_NONE for other kinds of keys
};

// struct oc_private_key is the same with the private part, or with a way to it.
struct oc_private_key {
    struct oc_key key;
};

enum oc_err oci_key_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                           struct oc_key **key);
void oci_key_free(const struct oc_crypto *crypto, struct oc_key *key);
enum oc_err oci_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                       const struct oc_algorithm *algorithm, struct oc_bytes message,
                       struct oc_bytes signature, struct oc_strength *strength);
enum oc_err oci_sign_check(const struct oc_crypto *crypto, const struct oc_private_key *key,
                           struct oc_bytes spki, const struct oc_algorithm *algorithm,
                           struct oc_strength *strength, size_t *max_len);
enum oc_err oci_sign(const struct oc_crypto *crypto, const struct oc_private_key *key,
                     const struct oc_algorithm *algorithm, struct oc_bytes message, uint8_t *out,
                     size_t *len);

// oci_rsa_bits gives the length of the modulus, OC_BITS_NONE for other keys than RSA's.
unsigned oci_rsa_bits(const EVP_PKEY *pkey);

// oci_ec_template makes the key without a point that stands at `curve` in the table; NULL
// when libcrypto does not have the curve.
EVP_PKEY *oci_ec_template(size_t curve);

// oci_ec_decode decodes a key of a usual curve; NULL for every other, and for one whose
// point is none.
EVP_PKEY *oci_ec_decode(const struct table *table, struct oc_bytes spki);

// oci_digest_get gives the digest with libcrypto's number `nid`, for EVP_MD_free(), or
// NULL when there is none.
EVP_MD *oci_digest_get(const struct table *table, int nid);

#endif
