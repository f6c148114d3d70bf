// SPDX-License-Identifier: MIT
//
// Why a certificate is not good, in words: for error lines, tables and JSON.
#ifndef CLI_WHY_H
#define CLI_WHY_H

#include <ocsp/client.h>

// WHY_SIZE is the size of a buffer for a reason.
enum { WHY_SIZE = 512 };

// why_exchange writes why an exchange with a responder failed, after the responder's URL.
void why_exchange(const struct oc_exchange *exchange, char out[WHY_SIZE]);

// why_revoked writes since when a certificate is revoked, and the revocation reason.
void why_revoked(const struct oc_verdict *verdict, char out[WHY_SIZE]);

#endif
