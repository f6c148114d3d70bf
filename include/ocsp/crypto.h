// SPDX-License-Identifier: MIT
//
// The table of cryptographic functions that the library is given. It has none of
// its own: a program takes the table of <ocsp/openssl.h>, or fills one from the
// cryptographic library that it has already.
#ifndef OCSP_CRYPTO_H
#define OCSP_CRYPTO_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_crypto is the table. Each function gets the table that it stands in, so
// that one which needs state keeps it in a structure that begins with this one.
//
// A table is not written to while it is used, and may be used by several threads at
// once if its functions may.
struct oc_crypto {
    // hash writes the oc_hash_len(hash) octets of the hash of `data` to `out`.
    // Returns OC_OK, OC_ERR_UNSUPPORTED for an algorithm that it does not have, or
    // OC_ERR_CRYPTO.
    enum oc_err (*hash)(const struct oc_crypto *crypto, enum oc_hash hash, struct oc_bytes data,
                        uint8_t *out);

    // random fills `out` with `len` octets from a cryptographically strong
    // generator. Returns OC_OK or OC_ERR_CRYPTO.
    enum oc_err (*random)(const struct oc_crypto *crypto, uint8_t *out, size_t len);
};

#ifdef __cplusplus
}
#endif

#endif
