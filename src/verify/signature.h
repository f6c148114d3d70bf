// SPDX-License-Identifier: MIT
//
// Signatures, on messages and on certificates.
#ifndef VERIFY_SIGNATURE_H
#define VERIFY_SIGNATURE_H

#include "verify/judge.h"

// struct signed_octets is what is checked with one key, and what to say when it is wrong.
struct signed_octets {
    struct oc_bytes octets;
    const struct oc_signature *signature;
    enum oc_err wrong;
    const char *what;
};

// oci_check_strength refuses what is too weak for the policy. `at` is the signature.
bool oci_check_strength(struct judge *judge, struct oc_strength strength, const uint8_t *at);

// oci_check_signature refuses a signature that is wrong or too weak, and tells its strength.
bool oci_check_signature(struct judge *judge, const struct oc_key *key,
                         const struct signed_octets *sig, struct oc_strength *strength);

// oci_check_message_signature is the same for the message itself.
bool oci_check_message_signature(struct judge *judge, const struct oc_key *key);

#endif
