// SPDX-License-Identifier: MIT
//
// Public keys, decoded.
#ifndef OPENSSL_KEY_H
#define OPENSSL_KEY_H

#include "openssl/table.h"

enum oc_err oci_key_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                           struct oc_key **key);
void oci_key_free(const struct oc_crypto *crypto, struct oc_key *key);

// oci_rsa_bits returns the length of the modulus, OC_BITS_NONE for keys other than RSA keys.
unsigned oci_rsa_bits(const EVP_PKEY *pkey);

#endif
