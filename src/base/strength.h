// SPDX-License-Identifier: MIT
//
// How strong a signature must be, in bits (RFC 6960 5.1.1): SHA-1 and RSA keys below 2048
// bits are too weak for responses, which an attacker has much time to forge.
#ifndef BASE_STRENGTH_H
#define BASE_STRENGTH_H

#define OCI_MIN_HASH_BITS 224
#define OCI_MIN_RSA_BITS 2048

#endif
