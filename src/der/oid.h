// SPDX-License-Identifier: MIT
//
// The content of an object identifier.
#ifndef DER_OID_H
#define DER_OID_H

#include <ocsp/base.h>

// oci_der_is_oid tells whether DER allows this content (X.690 8.19).
bool oci_der_is_oid(struct oc_bytes oid);

#endif
