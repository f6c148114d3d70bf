// SPDX-License-Identifier: MIT
//
// Setup and teardown of the tests of verifying and signing.
#include "verify_fixture.h"

#include <ocsp/openssl.h>

#include <stdlib.h>

struct verify_fixture fixture;

int fixture_start(void **state)
{
    (void)state;
    fixture_certs_make();
    fixture.crypto = oc_openssl_new();
    fixture.room = malloc(MESSAGE_SIZE);
    return fixture.crypto == NULL || fixture.room == NULL ||
           oc_issuer_init(&fixture.issuer, fixture.crypto, &fixture_cert(CERT_CA)->cert, NULL) !=
               OC_OK;
}

int fixture_stop(void **state)
{
    (void)state;
    oc_issuer_cleanup(&fixture.issuer);
    free(fixture.room);
    oc_openssl_free(fixture.crypto);
    fixture_certs_free();
    return 0;
}
