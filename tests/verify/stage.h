// SPDX-License-Identifier: MIT
//
// What most tests of verifying and signing stand on: the world, the real table, the CA
// prepared as an issuer, and room for a message.
#ifndef TESTS_VERIFY_STAGE_H
#define TESTS_VERIFY_STAGE_H

#include "scene.h"

struct stage {
    struct oc_crypto *crypto;
    struct oc_issuer issuer;  // CERT_CA
    uint8_t *room;            // SCENE_SIZE octets
};

extern struct stage stage;

// stage_start and stage_stop are a group's setup and teardown for cmocka.
int stage_start(void **state);
int stage_stop(void **state);

#endif
