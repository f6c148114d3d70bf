// SPDX-License-Identifier: MIT
//
// The parameters of RSASSA-PSS (RFC 4055 3.1), by libcrypto's numbers.
#ifndef OPENSSL_PSS_H
#define OPENSSL_PSS_H

#include <ocsp/base.h>

struct pss {
    int hash_nid;
    int mgf1_nid;
    int salt_len;
};

// oci_pss_decode reads `parameters`; absent ones mean the defaults. It returns false
// for an invalid RSASSA-PSS-params, and for values that RFC 4055 does not allow.
bool oci_pss_decode(struct pss *out, struct oc_bytes parameters);

#endif
