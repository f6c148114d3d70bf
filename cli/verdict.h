// SPDX-License-Identifier: MIT
//
// The verdict on a response about one certificate: as a description and as an exit status.
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "sink.h"

#include <ocsp/verify.h>

// The exit status of `ocsp verify` if all files could be read.
enum {
    VERDICT_GOOD = 0,
    VERDICT_REVOKED = 1,
    VERDICT_UNKNOWN = 2,
    VERDICT_NOT_VERIFIED = 3,
};

// struct outcome is the input and the result of oc_verify(). `verdict` is valid only if
// `error.code` is OC_OK.
struct outcome {
    const struct oc_policy *policy;
    const struct oc_issuer *issuer;
    const struct oc_response *resp;
    struct oc_bytes serial;
    struct oc_verdict verdict;
    struct oc_error error;
};

// verdict_status returns the exit status for an outcome, and verdict_worse the worse of two exit
// statuses: not verified, then revoked, then unknown, then good.
int verdict_status(const struct outcome *outcome);
int verdict_worse(int a, int b);

// verdict_of returns the exit status for a verdict, and verdict_name its name, for instance
// "not-verified".
int verdict_of(const struct oc_verdict *verdict);
const char *verdict_name(int status);

// verdict_is_newer returns whether an answer is newer than another about the same certificate.
bool verdict_is_newer(const struct oc_verdict *a, const struct oc_verdict *b);

// verdict_put adds a verdict to an object: the signer, the times, the revocation. `issuer` is the
// one that the response was verified with.
void verdict_put(json_t *object, const struct oc_issuer *issuer, const struct oc_verdict *verdict);

// verdict_describe prints an outcome, between sink_begin() and sink_end().
void verdict_describe(struct sink *sink, const struct outcome *outcome);

#endif
