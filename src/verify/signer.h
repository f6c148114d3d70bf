// SPDX-License-Identifier: MIT
//
// The signer of a message: which of the certificates, and by what right.
#ifndef VERIFY_SIGNER_H
#define VERIFY_SIGNER_H

#include "verify/judge.h"

// oci_check_signer finds the signer and its right to sign, checks the signature, and fills
// `judge->signer`.
bool oci_check_signer(struct judge *judge);

#endif
