// SPDX-License-Identifier: MIT
//
// The digests that the table has fetched.
#ifndef OPENSSL_DIGEST_H
#define OPENSSL_DIGEST_H

#include "openssl/table.h"

// oci_digest_get returns the digest with libcrypto's number `nid`, for EVP_MD_free(), or
// NULL when there is none.
EVP_MD *oci_digest_get(const struct table *table, int nid);

#endif
