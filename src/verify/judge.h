// SPDX-License-Identifier: MIT
//
// One message that is being judged, and the groups of checks. Each check returns true,
// or notes why not and returns false; the public functions join them in their order.
#ifndef VERIFY_JUDGE_H
#define VERIFY_JUDGE_H

#include <ocsp/verify.h>

// struct signer is the signer, once it is known. `cert` is the DER of its certificate, absent
// for the issuer; `end` is when that expires, INT64_MAX for the issuer.
struct signer {
    enum oc_signer_kind kind;
    struct oc_bytes cert;
    bool needs_check;
    int64_t end;
};

// struct judge is the message that is judged, the issuer and the policy. When a certificate is
// judged by itself, `message` is its DER, and there is no signature.
struct judge {
    const struct oc_policy *policy;
    const struct oc_issuer *issuer;
    struct oc_bytes message;
    struct oc_bytes tbs;
    const struct oc_signature *signature;
    struct oc_responder_id signer_id;  // the signer that the message names
    bool is_request;
    struct signer signer;  // the signer that was found
    struct oc_error error;
};

// oci_refuse notes why the message is not believed. `at` is the part of it at fault, NULL
// for the whole. Returns false.
bool oci_refuse(struct judge *judge, enum oc_err code, const uint8_t *at, const char *what);

// oci_check_policy refuses an invalid policy.
bool oci_check_policy(struct judge *judge);

#endif
