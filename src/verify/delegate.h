// SPDX-License-Identifier: MIT
//
// Certificates that the issuer has given to those who sign for it.
#ifndef VERIFY_DELEGATE_H
#define VERIFY_DELEGATE_H

#include "verify/judge.h"

#include <ocsp/delegates.h>

// struct delegate is a certificate on its way through the checks. `slot` is its place in the
// caller's cache, NULL if it is not there; `is_hashed` says that it can be put there.
struct delegate {
    const struct oc_cert *cert;
    struct oc_strength strength;  // of the issuer's signature on it
    bool is_hashed;
    uint8_t cert_hash[OC_HASH_MAX_LEN];
    struct oc_delegate *slot;
};

// oci_check_delegate checks that `cert` was issued directly by the issuer, for signing
// such messages, and is valid now; and fills `*out`.
bool oci_check_delegate(struct judge *judge, const struct oc_cert *cert, struct delegate *out);

// oci_check_by_delegate checks the signature of the message with the key of a delegate that
// has passed.
bool oci_check_by_delegate(struct judge *judge, const struct delegate *delegate);

// oci_check_by_cert does the same with a certificate that is in no cache. `at` is it in the
// message, NULL if it is not there.
bool oci_check_by_cert(struct judge *judge, const struct oc_cert *cert, const uint8_t *at);

// oci_delegates_find looks whether the policy's cache knows the certificate.
void oci_delegates_find(const struct judge *judge, struct delegate *delegate);

// oci_delegates_keep puts a delegate with its decoded key into the cache, which then owns
// the key. Returns false if that is not possible.
bool oci_delegates_keep(const struct judge *judge, const struct delegate *delegate,
                        struct oc_key *key);

#endif
