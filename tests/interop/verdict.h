// SPDX-License-Identifier: MIT
//
// The verdicts of the library and of libcrypto on the same octets: accepted or refused.
#ifndef TESTS_INTEROP_VERDICT_H
#define TESTS_INTEROP_VERDICT_H

#include <ocsp/base.h>

enum kind {
    KIND_REQUEST,
    KIND_RESPONSE,
    KIND_CERT,
};

// kind_from_name reads "request", "response" or "cert", and exits for any other
// name.
enum kind kind_from_name(const char *name);

// our_verdict parses with the library: OC_OK, or the error with `*err` filled.
enum oc_err our_verdict(enum kind kind, struct oc_bytes der, struct oc_error *err);

// their_verdict returns whether libcrypto decodes all octets of `der`. Of a successful
// response of the basic type it must decode the BasicOCSPResponse too.
bool their_verdict(enum kind kind, struct oc_bytes der);

#endif
