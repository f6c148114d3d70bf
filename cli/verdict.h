// SPDX-License-Identifier: MIT
//
// What came of verifying a response for one certificate: for a reader, and as an exit
// status.
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "sink.h"

#include <ocsp/verify.h>

// The exit status of `ocsp verify` when everything could be read.
enum {
    VERDICT_GOOD = 0,
    VERDICT_REVOKED = 1,
    VERDICT_UNKNOWN = 2,
    VERDICT_NOT_VERIFIED = 3,
};

// struct outcome is what oc_verify() was given and what it answered. `verdict` counts only
// when `error.code` is OC_OK; it may then be without a status nevertheless.
struct outcome {
    const struct oc_policy *policy;
    const struct oc_issuer *issuer;
    const struct oc_response *resp;
    struct oc_bytes serial;
    struct oc_verdict verdict;
    struct oc_error error;
};

// verdict_status is the exit status that an outcome stands for, and verdict_worse the
// worse of two: not verified, then revoked, then unknown, then good.
int verdict_status(const struct outcome *outcome);
int verdict_worse(int a, int b);

// verdict_of is the exit status that a verdict stands for, and verdict_name what it is called,
// for instance "not-verified".
int verdict_of(const struct oc_verdict *verdict);
const char *verdict_name(int status);

// verdict_is_newer returns whether an answer is newer than another about the same certificate.
bool verdict_is_newer(const struct oc_verdict *a, const struct oc_verdict *b);

// verdict_put puts what a verdict says into an object: who signed, the times, since when it is
// revoked. `issuer` is the one it was made with.
void verdict_put(json_t *object, const struct oc_issuer *issuer, const struct oc_verdict *verdict);

// verdict_describe puts an outcome into a sink, between its begin() and end().
void verdict_describe(struct sink *sink, const struct outcome *outcome);

#endif
