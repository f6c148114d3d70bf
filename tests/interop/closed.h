// SPDX-License-Identifier: MIT
//
// Where in a message the library does not look, and libcrypto does.
#ifndef TESTS_INTEROP_CLOSED_H
#define TESTS_INTEROP_CLOSED_H

#include "verdict.h"

// What is kept closed.
enum closed {
    CLOSED_NOT = 0,
    CLOSED_CERTS,         // the certificates of a message
    CLOSED_NAME,          // a Name: issuer, subject, byName
    CLOSED_GENERAL_NAME,  // requestorName
    CLOSED_PARAMETERS,    // the parameters of an AlgorithmIdentifier
};

// closed_at tells which closed element of a message holds the octet at `offset`. A
// message that the library refuses has none.
enum closed closed_at(enum kind kind, struct oc_bytes der, size_t offset);

#endif
