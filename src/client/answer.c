// SPDX-License-Identifier: MIT
//
// Answers about one certificate, from a responder or from the cache: verified, then copied.
#include "client/answer.h"

#include <stdlib.h>
#include <string.h>

uint8_t *oci_copy(struct oc_bytes bytes)
{
    uint8_t *copy = malloc(bytes.len);
    if (copy != NULL)
        memcpy(copy, bytes.data, bytes.len);
    return copy;
}

void oci_free(struct oc_bytes *bytes)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a view is const, also one that owns its octets
    free((void *)(uintptr_t)bytes->data);
    *bytes = (struct oc_bytes){0};
}

size_t oci_urls(const struct oc_cert *cert,
                bool (*next)(const struct oc_cert *cert, size_t *at, struct oc_bytes *uri),
                struct oc_bytes urls[OC_CLIENT_MAX_URLS])
{
    struct oc_bytes url;
    size_t n = 0;
    for (size_t at = 0; n < OC_CLIENT_MAX_URLS && next(cert, &at, &url);) {
        size_t i = 0;
        while (i < n && !oc_bytes_equal(urls[i], url))
            i++;
        urls[i] = url;
        n += i == n;
    }
    return n;
}

enum oc_err oci_check_answer(struct oc_check *check, const struct oc_policy *policy,
                             struct oc_bytes der, enum oc_response_status *status,
                             struct oc_error *err)
{
    struct oc_response resp;
    *status = OC_RESPONSE_NONE;
    *err = (struct oc_error){OC_ERR_MEMORY, 0, "out of memory"};
    struct oc_bytes own = {oci_copy(der), der.len};
    if (own.data == NULL)
        return OC_ERR_MEMORY;
    enum oc_err code = oc_response_parse(&resp, own, err);
    *status = resp.status;
    if (code == OC_OK)
        code = oc_verify(policy, check->issuer, check->cert->serial, &resp, &check->verdict, err);
    if (code != OC_OK) {
        oci_free(&own);
        return code;
    }
    check->response = own;
    *err = (struct oc_error){0};
    return OC_OK;
}
