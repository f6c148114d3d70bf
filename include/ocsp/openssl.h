// SPDX-License-Identifier: MIT
//
// The table of <ocsp/crypto.h>, filled from OpenSSL's libcrypto (3.0 or later), in
// a library of its own: libocsp-openssl.
#ifndef OCSP_OPENSSL_H
#define OCSP_OPENSSL_H

#include <ocsp/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

// oc_openssl_new fetches the digests once, from libcrypto's default library
// context, and returns a table with them, for as many threads as like. A digest
// that libcrypto does not offer here answers OC_ERR_UNSUPPORTED later.
//
// Returns NULL when there is no memory. Free it with oc_openssl_free().
OC_API OC_MUST_USE struct oc_crypto *oc_openssl_new(void);

// oc_openssl_free frees a table of oc_openssl_new() that nobody uses any more; NULL
// is allowed.
OC_API void oc_openssl_free(struct oc_crypto *crypto);

#ifdef __cplusplus
}
#endif

#endif
