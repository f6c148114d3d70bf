// SPDX-License-Identifier: MIT
//
// Signatures, on messages and on certificates.
#ifndef VERIFY_SIGNATURE_H
#define VERIFY_SIGNATURE_H

#include "verify/judge.h"

// oci_check_strength refuses what is too weak for the policy. `at` is the signature.
bool oci_check_strength(struct judge *judge, struct oc_strength strength, const uint8_t *at);

// oci_refuse_signature says why a signature could not be checked, by the code that the table
// gave for it.
bool oci_refuse_signature(struct judge *judge, enum oc_err code, const uint8_t *at);

// oci_check_message_signature refuses a message whose signature is wrong or too weak.
bool oci_check_message_signature(struct judge *judge, const struct oc_key *key);

#endif
