// SPDX-License-Identifier: MIT
//
// Keys of the usual curves, decoded without libcrypto's decoder.
#ifndef OPENSSL_CURVE_H
#define OPENSSL_CURVE_H

#include "openssl/table.h"

// oci_ec_template makes the key without a point for place `curve` of the table; NULL when
// libcrypto does not have the curve.
EVP_PKEY *oci_ec_template(size_t curve);

// oci_ec_decode decodes a key of a usual curve; NULL for every other, and for an invalid point.
EVP_PKEY *oci_ec_decode(const struct table *table, struct oc_bytes spki);

#endif
