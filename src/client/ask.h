// SPDX-License-Identifier: MIT
//
// One certificate: the responders that are asked about it, in turn.
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "client/transfer.h"

#define OCI_NONCE_LEN 32

// struct oci_ask is where asking about one certificate has come to.
struct oci_ask {
    const struct oc_client_config *config;
    const struct oc_policy *policy;
    struct oc_check *check;
    struct oc_bytes urls[OC_CLIENT_MAX_URLS];
    size_t n_urls;
    size_t n_done;      // of the addresses
    enum oc_hash hash;  // to ask with next
    uint8_t nonce[OCI_NONCE_LEN];
    uint8_t *request;
};

// oci_urls gathers the addresses that `next` gives, each once, OC_CLIENT_MAX_URLS at most.
// Returns how many.
size_t oci_urls(const struct oc_cert *cert,
                bool (*next)(const struct oc_cert *cert, size_t *at, struct oc_bytes *uri),
                struct oc_bytes urls[OC_CLIENT_MAX_URLS]);

// oci_ask_begin looks into the cache and, when nothing is there, starts the first exchange.
// `ask->config`, `policy` and `check` are set. When `transfer` does not run afterwards, the
// check is done with. Returns OC_OK, or OC_ERR_CRYPTO.
enum oc_err oci_ask_begin(struct oci_ask *ask, struct oci_transfer *transfer);

// oci_ask_go_on takes what came of an exchange, and starts the next if there has to be one.
// It returns as oci_ask_begin() does.
enum oc_err oci_ask_go_on(struct oci_ask *ask, struct oci_transfer *transfer);

// oci_ask_end frees what asking needed.
void oci_ask_end(struct oci_ask *ask);

// oci_copy copies octets. Returns NULL when there is no memory.
uint8_t *oci_copy(struct oc_bytes bytes);

// oci_check_answer verifies `der` as an answer about `check`, and copies
// it there if `policy` believes it. Returns OC_OK; or OC_ERR_CRYPTO when there is no memory; or
// what oc_response_parse() or oc_verify() says, with `*err` filled. `*status` is that of the
// response, OC_RESPONSE_NONE when it cannot be parsed.
enum oc_err oci_check_answer(struct oc_check *check, const struct oc_policy *policy,
                             struct oc_bytes der, enum oc_response_status *status,
                             struct oc_error *err);

// oci_free frees what a view owns, and empties it.
void oci_free(struct oc_bytes *bytes);

#endif
