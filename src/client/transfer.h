// SPDX-License-Identifier: MIT
//
// One exchange by HTTP: a GET or a POST, the redirects that follow, and the outcome.
// Nothing here knows about OCSP.
#ifndef CLIENT_TRANSFER_H
#define CLIENT_TRANSFER_H

#include <ocsp/client.h>

#include "client/http.h"
#include "client/url.h"

#include <curl/curl.h>

// struct oci_transfer is an exchange. `outcome` is OC_ASK_ANSWERED when `body_len` octets
// came with a status of 200, OC_ASK_MALFORMED when they have a Content-Encoding, and OC_ASK_NONE
// when memory ran out.
struct oci_transfer {
    const struct oc_client_config *config;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *post_headers;

    char url[OCI_MAX_URL + 1];
    const char *content_type;  // what must come, or NULL
    int64_t started;
    int n_redirects;
    bool is_running;
    bool is_refused;
    size_t header_len;
    bool is_too_large;

    enum oc_ask_outcome outcome;
    long http_status;
    long milliseconds;
    char what[128];
    struct oci_freshness freshness;
    char curl_text[CURL_ERROR_SIZE];
    size_t body_len;
    uint8_t body[OC_CLIENT_MAX_RESPONSE];
};

// oci_transfer_new makes a transfer, for one exchange after the other. `config` and
// `post_headers` must stay. Returns NULL when memory runs out.
struct oci_transfer *oci_transfer_new(CURLM *multi, const struct oc_client_config *config,
                                      struct curl_slist *post_headers);

// oci_transfer_free frees the transfer and aborts it if it runs.
void oci_transfer_free(struct oci_transfer *transfer);

// oci_transfer_start sends `post` to `url`, or GETs it if that is absent. `url` can be used,
// as oci_url_fault() says; `post` and `content_type` must stay. Returns false when
// memory runs out.
bool oci_transfer_start(struct oci_transfer *transfer, const char *url, struct oc_bytes post,
                        const char *content_type);

// oci_transfer_stop aborts an exchange.
void oci_transfer_stop(struct oci_transfer *transfer);

// oci_transfer_wait waits until one of the running transfers is complete. Returns it; or
// NULL when none runs, or libcurl fails.
struct oci_transfer *oci_transfer_wait(CURLM *multi);

#endif
