// SPDX-License-Identifier: MIT
//
// What a client consists of: libcurl's multi handle, and a place for each exchange that there
// may be at once, made when it is first needed.
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "client/ask.h"

// struct oci_slot is a place for an exchange, and what it is about. `is_used` as long as that
// is not done with.
struct oci_slot {
    struct oci_transfer *transfer;
    struct oci_ask ask;
    bool is_used;
};

struct oc_client {
    struct oc_client_config config;
    CURLM *multi;
    struct curl_slist *post_headers;
    struct oci_slot *slots;  // config.n_parallel of them
};

// oci_session_transfer gives the transfer of a slot. Returns NULL when there is no memory.
struct oci_transfer *oci_session_transfer(struct oc_client *client, size_t slot);

#endif
