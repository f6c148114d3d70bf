// SPDX-License-Identifier: MIT
//
// Setup and teardown of the tests of verifying and signing.
#include "stage.h"

#include <ocsp/openssl.h>

#include <stdlib.h>

struct stage stage;

int stage_start(void **state)
{
    (void)state;
    world_start();
    stage.crypto = oc_openssl_new();
    stage.room = malloc(SCENE_SIZE);
    return stage.crypto == NULL || stage.room == NULL ||
           oc_issuer_init(&stage.issuer, stage.crypto, &world_cert(CERT_CA)->cert, NULL) != OC_OK;
}

int stage_stop(void **state)
{
    (void)state;
    oc_issuer_cleanup(&stage.issuer);
    free(stage.room);
    oc_openssl_free(stage.crypto);
    world_stop();
    return 0;
}
