// SPDX-License-Identifier: MIT
//
// cert_uris: prints the addresses of the responders that the certificate on standard input names.
// The addresses are printed as they are, which is right for a file and wrong for a terminal.
#include <ocsp/cert.h>

#include <stdio.h>

int main(void)
{
    static uint8_t buf[65536];
    size_t len = fread(buf, 1, sizeof buf, stdin);
    struct oc_cert cert;
    struct oc_error err;

    if (oc_cert_parse(&cert, (struct oc_bytes){buf, len}, &err) != OC_OK) {
        fprintf(stderr, "byte %zu: %s\n", err.offset, err.what);
        return 1;
    }

    struct oc_bytes uri;
    for (size_t at = 0; oc_cert_next_ocsp_uri(&cert, &at, &uri);) {
        fwrite(uri.data, 1, uri.len, stdout);
        putchar(10);
    }
    return 0;
}
