// SPDX-License-Identifier: MIT
//
// The table's functions that sign.
#ifndef OPENSSL_SIGN_H
#define OPENSSL_SIGN_H

#include "openssl/table.h"

enum oc_err oci_sign_check(const struct oc_crypto *crypto, const struct oc_private_key *key,
                           struct oc_bytes spki, const struct oc_algorithm *algorithm,
                           struct oc_strength *strength, size_t *max_len);
enum oc_err oci_sign(const struct oc_crypto *crypto, const struct oc_private_key *key,
                     const struct oc_algorithm *algorithm, struct oc_bytes message, uint8_t *out,
                     size_t *len);

#endif
