// SPDX-License-Identifier: MIT
//
// The parts of a client: libcurl's multi handle, and a slot for each exchange that may run at
// once. The transfer of a slot is made when it is first needed.
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/ask.h"

// struct oci_slot is room for one exchange at a time and the question that it is about.
// `is_used` is set until that question is answered or given up.
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

// oci_client_transfer returns the transfer of a slot, NULL when memory runs out.
struct oci_transfer *oci_client_transfer(struct oc_client *client, size_t slot);

#endif
