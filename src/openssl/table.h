// SPDX-License-Identifier: MIT
//
// The types behind the table of libocsp-openssl. The functions are in files of their own.
#ifndef OPENSSL_TABLE_H
#define OPENSSL_TABLE_H

#include <ocsp/crypto.h>

#include <openssl/evp.h>

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

#endif
