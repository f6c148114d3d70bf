// SPDX-License-Identifier: MIT
//
// The store that is a CRL (RFC 5280 5) in a file.
#ifndef STORE_CRL_H
#define STORE_CRL_H

#include "store/store.h"

#include <ocsp/issuer.h>

// crl_store_open opens the CRL of `issuer`, which must stay as long as the store, and verifies it.
// A CRL does not list what was issued: a serial number that is not in it counts as not issued, or
// with `insecure_good_if_not_revoked` as good. Returns NULL and sets `*err` on failure.
struct store *crl_store_open(const char *path, const struct oc_issuer *issuer,
                             bool insecure_good_if_not_revoked, struct store_error *err);

#endif
