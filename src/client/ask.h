// SPDX-License-Identifier: MIT
//
// One certificate: the responders that are asked about it, in turn.
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "client/transfer.h"

#define OCI_NONCE_LEN 32

// struct oci_ask is the state of asking about one certificate.
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

// oci_ask_begin looks into the cache and, if nothing is there, starts the first exchange.
// `ask->config`, `policy` and `check` are set. If `transfer` does not run afterwards, the
// check is complete. Returns OC_OK; or OC_ERR_MEMORY, also when libcurl fails; or
// OC_ERR_CRYPTO without randomness.
enum oc_err oci_ask_begin(struct oci_ask *ask, struct oci_transfer *transfer);

// oci_ask_go_on records the outcome of an exchange, and starts the next one if it is needed.
// It returns as oci_ask_begin() does.
enum oc_err oci_ask_go_on(struct oci_ask *ask, struct oci_transfer *transfer);

// oci_ask_end frees what `*ask` owns.
void oci_ask_end(struct oci_ask *ask);

#endif
