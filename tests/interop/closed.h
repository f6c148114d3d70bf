// SPDX-License-Identifier: MIT
//
// The parts of a message that libcrypto reads and the library does not.
#ifndef TESTS_INTEROP_CLOSED_H
#define TESTS_INTEROP_CLOSED_H

#include "verdict.h"

// enum closed names an element that the library does not open.
enum closed {
    CLOSED_NOT = 0,
    CLOSED_CERTS,         // the certificates of a message
    CLOSED_NAME,          // a Name: issuer, subject, byName
    CLOSED_GENERAL_NAME,  // requestorName
    CLOSED_PARAMETERS,    // the parameters of an AlgorithmIdentifier
};

// closed_at returns the closed element of a message that holds the octet at `offset`. A
// message that the library refuses has none.
enum closed closed_at(enum kind kind, struct oc_bytes der, size_t offset);

#endif
