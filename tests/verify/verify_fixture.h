// SPDX-License-Identifier: MIT
//
// The objects that most tests of verifying and signing use: the keys and certificates, the crypto
// of OpenSSL, the CA as an issuer, and a buffer for a message.
#ifndef TESTS_VERIFY_VERIFY_FIXTURE_H
#define TESTS_VERIFY_VERIFY_FIXTURE_H

#include "response_fixture.h"

struct verify_fixture {
    struct oc_crypto *crypto;
    struct oc_issuer issuer;  // CERT_CA
    uint8_t *room;            // MESSAGE_SIZE octets
};

extern struct verify_fixture fixture;

// fixture_start and fixture_stop are the setup and teardown of a group of tests for cmocka.
int fixture_start(void **state);
int fixture_stop(void **state);

#endif
