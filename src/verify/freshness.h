// SPDX-License-Identifier: MIT
//
// Times against the caller's clock.
#ifndef VERIFY_FRESHNESS_H
#define VERIFY_FRESHNESS_H

#include "verify/judge.h"

// oci_add_seconds adds `seconds`, which is not negative, to a time. The sum stops at the end of
// 64 bits.
int64_t oci_add_seconds(int64_t time, int64_t seconds);

// oci_check_times checks the times of a response and of its single response, which is at
// `at`.
bool oci_check_times(struct judge *judge, const struct oc_response *resp,
                     const struct oc_single_response *single, const uint8_t *at);

// oci_is_valid_now tells whether a certificate is valid according to the policy.
bool oci_is_valid_now(const struct oc_policy *policy, const struct oc_cert *cert);

// oci_ask_again returns when to fetch a newer response.
int64_t oci_ask_again(const struct oc_policy *policy, const struct oc_single_response *single,
                      int64_t signer_end);

#endif
