// SPDX-License-Identifier: MIT
//
// What each of these tests begins with.
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
