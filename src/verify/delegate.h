// SPDX-License-Identifier: MIT
//
// Certificates of delegates, which sign for the issuer.
#ifndef VERIFY_DELEGATE_H
#define VERIFY_DELEGATE_H

#include "verify/delegates.h"

// oci_check_delegate checks that `cert` was issued directly by the issuer, for signing
// such messages, and is valid now; and fills `*out`.
bool oci_check_delegate(struct judge *judge, const struct oc_cert *cert, struct delegate *out);

// oci_check_by_delegate checks the signature of the message with the key of a delegate that
// has passed.
bool oci_check_by_delegate(struct judge *judge, const struct delegate *delegate);

// oci_check_by_cert does the same with a certificate that is in no cache. `at` is it in the
// message, NULL if it is not there.
bool oci_check_by_cert(struct judge *judge, const struct oc_cert *cert, const uint8_t *at);

#endif
