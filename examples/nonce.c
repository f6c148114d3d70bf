// SPDX-License-Identifier: MIT
//
// nonce: builds a list of extensions with a nonce, and finds the nonce in it.
#include <ocsp/extension.h>

#include <stdio.h>

int main(void)
{
    // A program takes these octets from the random function of a struct oc_crypto.
    static const uint8_t octets[32] = {1, 2, 3};
    struct oc_extension nonce = {
        .id = OC_EXT_NONCE,
        .nonce = {octets, sizeof octets},
    };
    uint8_t buf[128];
    struct oc_list list;
    struct oc_error err;

    if (oc_extensions_build(&nonce, 1, buf, sizeof buf, &list, &err) != OC_OK) {
        fprintf(stderr, "%s\n", err.what);
        return 1;
    }

    struct oc_extension ext;
    if (!oc_extension_find(&list, OC_EXT_NONCE, &ext))
        return 1;
    printf("%s of %zu octets\n", oc_extension_name(ext.id), ext.nonce.len);
    return 0;
}
