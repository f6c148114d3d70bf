// SPDX-License-Identifier: MIT
//
// Keys and certificates in a text or at a URI, one after the other: OSSL_STORE with the
// passphrase of the caller.
#ifndef OPENSSL_KEYSTORE_H
#define OPENSSL_KEYSTORE_H

#include <ocsp/openssl.h>

#include <openssl/store.h>
#include <openssl/ui.h>

// struct store is an OSSL_STORE that is open. `asked`, `got` and `broken` are for reading.
struct store {
    OSSL_STORE_CTX *context;
    BIO *text;       // NULL behind a URI
    size_t n_skips;  // how many PEM blocks may still yield nothing
    UI_METHOD *ui;
    const struct oc_openssl_passphrase *passphrase;
    bool asked;  // a passphrase was needed
    bool got;    // and there was one
    bool is_empty;
    bool broken;  // something could not be read to its end
};

// oci_store_read opens a text with `n_blocks` PEM blocks, which must stay, and
// oci_store_open what OSSL_STORE knows under `uri`, to look for OSSL_STORE_INFO_ `wanted`.
// False is a failure; either way oci_store_close() is due. A store must not be moved.
bool oci_store_read(struct store *store, struct oc_bytes text, size_t n_blocks, int wanted,
                    const struct oc_openssl_passphrase *passphrase);
bool oci_store_open(struct store *store, const char *uri, int wanted,
                    const struct oc_openssl_passphrase *passphrase);

// oci_store_next returns the next wanted object, for OSSL_STORE_INFO_free(), or NULL at
// the end.
OSSL_STORE_INFO *oci_store_next(struct store *store);

void oci_store_close(struct store *store);

#endif
