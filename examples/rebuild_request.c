// SPDX-License-Identifier: MIT
//
// Builds a request for one certificate and reads it again.
#include <stdio.h>

#include <ocsp/request.h>

int main(void)
{
    // oc_issuer_cert_id() makes these from certificates.
    static const uint8_t name_hash[32] = {1}, key_hash[32] = {2};
    static const uint8_t serial[] = {0x12, 0x34};
    struct oc_single_request single = {
        .id =
            {
                .hash = OC_HASH_SHA256,
                .issuer_name_hash = {name_hash, sizeof name_hash},
                .issuer_key_hash = {key_hash, sizeof key_hash},
                .serial = {serial, sizeof serial},
            },
    };
    struct oc_request_spec spec = {
        .requests = &single,
        .n_requests = 1,
    };
    uint8_t buf[512];
    struct oc_bytes der;
    struct oc_request req;
    struct oc_error err;

    if (oc_request_build(&spec, buf, sizeof buf, &der, &err) != OC_OK ||
        oc_request_parse(&req, der, &err) != OC_OK) {
        fprintf(stderr, "byte %zu: %s\n", err.offset, err.what);
        return 1;
    }
    for (size_t at = 0; oc_request_next(&req, &at, &single);)
        printf("%s, serial of %zu octets\n", oc_hash_name(single.id.hash), single.id.serial.len);
    return 0;
}
