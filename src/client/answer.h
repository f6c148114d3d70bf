// SPDX-License-Identifier: MIT
//
// An answer about one certificate, wherever it comes from, and the octets that a check owns.
#ifndef CLIENT_ANSWER_H
#define CLIENT_ANSWER_H

#include <ocsp/client.h>

// oci_copy copies octets. Returns NULL when memory runs out.
uint8_t *oci_copy(struct oc_bytes bytes);

// oci_free frees what a view owns, and empties it.
void oci_free(struct oc_bytes *bytes);

// oci_urls gathers the addresses that `next` yields, each once, OC_CLIENT_MAX_URLS at most.
// Returns how many there are.
size_t oci_urls(const struct oc_cert *cert,
                bool (*next)(const struct oc_cert *cert, size_t *at, struct oc_bytes *uri),
                struct oc_bytes urls[OC_CLIENT_MAX_URLS]);

// oci_check_answer verifies `der` as an answer about `check`, and copies it there if `policy`
// believes it. Returns OC_OK; or OC_ERR_MEMORY; or what oc_response_parse() or oc_verify()
// returns, with `*err` filled. `*status` is that of the response, OC_RESPONSE_NONE when it
// cannot be parsed.
enum oc_err oci_check_answer(struct oc_check *check, const struct oc_policy *policy,
                             struct oc_bytes der, enum oc_response_status *status,
                             struct oc_error *err);

#endif
