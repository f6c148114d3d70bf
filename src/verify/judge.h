// SPDX-License-Identifier: MIT
//
// One response that is being judged, and the groups of checks. Each check returns true,
// or notes why not and returns false; oc_verify joins them in their order.
#ifndef VERIFY_JUDGE_H
#define VERIFY_JUDGE_H

#include <ocsp/verify.h>

struct judge {
    const struct oc_policy *policy;
    const struct oc_issuer *issuer;
    const struct oc_response *resp;
    struct oc_error error;
};

// oci_refuse notes why the response is not believed. `at` is the part of the message at
// fault, NULL for the whole. Returns false.
bool oci_refuse(struct judge *judge, enum oc_err code, const uint8_t *at, const char *what);

// oci_check_signer finds who signed, by what right, and checks the signature. It sets
// `signer`, `signer_cert`, `signer_needs_check` and `*signer_end`, the time when the
// signer's certificate ends, INT64_MAX if there is none.
bool oci_check_signer(struct judge *judge, struct oc_verdict *out, int64_t *signer_end);

// oci_check_times checks the times of the single response that stands at `at`.
bool oci_check_times(struct judge *judge, const struct oc_single_response *single,
                     const uint8_t *at);

// oci_is_valid_now tells whether the policy takes a certificate as valid.
bool oci_is_valid_now(const struct oc_policy *policy, const struct oc_cert *cert);

// oci_ask_again is when to fetch a newer response.
int64_t oci_ask_again(const struct oc_policy *policy, const struct oc_single_response *single,
                      int64_t signer_end);

#endif
