// SPDX-License-Identifier: MIT
//
// A delegate's certificate, and the cache of them in memory of the caller.
#ifndef VERIFY_DELEGATES_H
#define VERIFY_DELEGATES_H

#include <ocsp/delegates.h>

#include "verify/judge.h"

// struct delegate is a certificate on its way through the checks. `slot` is its place in the
// caller's cache, NULL if it is not there; `is_hashed` says that it can be put there.
struct delegate {
    const struct oc_cert *cert;
    struct oc_strength strength;  // of the issuer's signature on it
    bool is_hashed;
    uint8_t cert_hash[OC_HASH_MAX_LEN];
    struct oc_delegate *slot;
};

// oci_delegates_find looks for the certificate in the policy's cache.
void oci_delegates_find(const struct judge *judge, struct delegate *delegate);

// oci_delegates_keep puts a delegate with its decoded key into the cache, which then owns
// the key. Returns false if that is not possible.
bool oci_delegates_keep(const struct judge *judge, const struct delegate *delegate,
                        struct oc_key *key);

#endif
