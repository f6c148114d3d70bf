// SPDX-License-Identifier: MIT
//
// Prints a SHA-256 hash from the table of libocsp-openssl.
#include <stdio.h>

#include <ocsp/openssl.h>

int main(void)
{
    struct oc_crypto *crypto = oc_openssl_new();
    struct oc_bytes abc = {(const uint8_t *)"abc", 3};
    uint8_t out[OC_HASH_MAX_LEN];

    if (crypto == NULL)
        return 1;
    enum oc_err code = crypto->hash(crypto, OC_HASH_SHA256, abc, out);
    oc_openssl_free(crypto);
    if (code != OC_OK) {
        fprintf(stderr, "%s\n", oc_err_name(code));
        return 1;
    }
    for (size_t i = 0; i < oc_hash_len(OC_HASH_SHA256); i++)
        printf("%02x", out[i]);
    printf("\n");
    return 0;
}
