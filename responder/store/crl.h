// SPDX-License-Identifier: MIT
//
// The store that is CRLs (RFC 5280 5) in files.
#ifndef STORE_CRL_H
#define STORE_CRL_H

#include "config/config.h"
#include "store/store.h"

#include <ocsp/issuer.h>

// crl_store_open opens the CRLs of `issuer`, which must stay as long as the store, and verifies
// them. CRLs do not list what was issued: a serial number that is not in them counts as not issued,
// or with `insecure_good_if_not_revoked` as good, provided that together they list everything that
// is revoked; store/crl_set.h says when. Returns NULL and sets `*err` on failure.
struct store *crl_store_open(const struct issuer_config *config, const struct oc_issuer *issuer,
                             struct store_error *err);

#endif
