// SPDX-License-Identifier: MIT
//
// Compares two cert IDs by value, however their hash algorithms were encoded.
#include <stdio.h>

#include <ocsp/cert_id.h>

int main(void)
{
    static const uint8_t hash[32] = {0};
    static const uint8_t null[] = {0x05, 0x00};
    static const uint8_t sha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
    static const uint8_t serial[] = {0x2A};
    struct oc_cert_id a = {
        .hash = OC_HASH_SHA256,
        .hash_algorithm.oid = {sha256, sizeof(sha256)},
        .issuer_name_hash = {hash, sizeof hash},
        .issuer_key_hash = {hash, sizeof hash},
        .serial = {serial, sizeof serial},
    };
    struct oc_cert_id b = a;

    b.hash_algorithm.parameters = (struct oc_bytes){null, sizeof null};
    puts(oc_cert_id_equal(&a, &b) ? "equal" : "different");
    return 0;
}
