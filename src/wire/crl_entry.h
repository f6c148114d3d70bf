// SPDX-License-Identifier: MIT
//
// The entries of a CRL, as its parser reads them.
#ifndef WIRE_CRL_ENTRY_H
#define WIRE_CRL_ENTRY_H

#include <ocsp/crl.h>

#include "wire/parse.h"

// oci_read_revoked reads revokedCertificates, if it is there.
bool oci_read_revoked(struct reader *r, struct oc_crl *out);

#endif
