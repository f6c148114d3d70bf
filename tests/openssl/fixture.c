// SPDX-License-Identifier: MIT
//
// The setup and teardown of these tests.
#include "fixture.h"

#include <ocsp/openssl.h>

struct oc_crypto *crypto;
struct test_key keys[N_KEYS];
struct guard guard;

int fixture_start(void **state)
{
    (void)state;
    crypto = oc_openssl_new();
    if (crypto == NULL)
        return -1;
    keys_init(keys, crypto);
    guard_init(&guard, 4096);
    return 0;
}

int fixture_stop(void **state)
{
    (void)state;
    guard_free(&guard);
    keys_free(keys, crypto);
    oc_openssl_free(crypto);
    return 0;
}
