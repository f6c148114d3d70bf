// SPDX-License-Identifier: MIT
//
// The table's function that verifies a signature.
#ifndef OPENSSL_VERIFY_H
#define OPENSSL_VERIFY_H

#include "openssl/table.h"

enum oc_err oci_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                       const struct oc_algorithm *algorithm, struct oc_bytes message,
                       struct oc_bytes signature, struct oc_strength *strength);

#endif
