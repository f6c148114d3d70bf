// SPDX-License-Identifier: MIT
//
// The objects that these tests share: a table, keys of every kind, and a guard page.
#ifndef TESTS_OPENSSL_FIXTURE_H
#define TESTS_OPENSSL_FIXTURE_H

#include "guard.h"
#include "keys.h"

extern struct oc_crypto *crypto;
extern struct test_key keys[N_KEYS];
extern struct guard guard;

// fixture_start and fixture_stop are for cmocka_run_group_tests().
int fixture_start(void **state);
int fixture_stop(void **state);

#endif
