// SPDX-License-Identifier: MIT
//
// The request is read once more for this: only what is sampled comes here.
#include "http/log.h"

#include "base/log.h"

#include <ocsp/der.h>
#include <ocsp/request.h>

#include <openssl/sha.h>

#include <stdio.h>
#include <string.h>

// Request ::= SEQUENCE { reqCert CertID, ... }: the whole element of the first one's reqCert.
static bool find_id(struct oc_bytes octets, struct oc_bytes *id)
{
    struct oc_request request;
    struct oc_bytes first;
    struct oc_bytes content;
    if (oc_request_parse(&request, octets, NULL) != OC_OK || request.requests.n == 0)
        return false;
    struct oc_bytes requests = request.requests.items;
    if (oc_der_read(&requests, OC_DER_SEQUENCE, &first) != OC_OK)
        return false;
    id->data = first.data;
    if (oc_der_read(&first, OC_DER_SEQUENCE, &content) != OC_OK)
        return false;
    id->len = (size_t)(content.data + content.len - id->data);
    return true;
}

void http_log_id(struct oc_bytes request, char out[65])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    struct oc_bytes id;
    out[0] = '\0';
    if (!find_id(request, &id) || SHA256(id.data, id.len, digest) == NULL)
        return;
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void http_log(const struct metric_request *request, const char id[65], unsigned http_status)
{
    struct log_access access = {
        .method = metric_method_name(request->method),
        .outcome = metric_outcome_name(request->outcome),
        .hash = oc_hash_name(request->hash),
        .http_status = http_status,
        .microseconds = request->microseconds,
        .is_hit = request->is_hit,
    };
    memcpy(access.id, id, sizeof(access.id));
    log_access(&access);
}
