// SPDX-License-Identifier: MIT
//
// The main program behind the function verify() that README.md shows. All three files are DER:
//
//     readme CA CERT RESPONSE
#include <ocsp/openssl.h>

#include <stdio.h>

static struct oc_bytes read_file(const char *path, uint8_t *buf, size_t size)
{
    struct oc_bytes der = {buf, 0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return der;
    der.len = fread(buf, 1, size, file);
    fclose(file);
    return der;
}

int main(int argc, char **argv)
{
    static uint8_t buf[3][65536];
    struct oc_bytes der[3];
    struct oc_cert ca;
    struct oc_cert cert;
    struct oc_issuer issuer;
    struct oc_verdict verdict;
    struct oc_error err;
    struct oc_crypto *crypto = oc_openssl_new();
    if (argc != 4 || crypto == NULL)
        return 2;
    for (int i = 0; i < 3; i++)
        der[i] = read_file(argv[i + 1], buf[i], sizeof buf[i]);
    if (oc_cert_parse(&ca, der[0], &err) != OC_OK || oc_cert_parse(&cert, der[1], &err) != OC_OK ||
        oc_issuer_init(&issuer, crypto, &ca, &err) != OC_OK)
        return 2;
    bool is_verified = verify(&issuer, &cert, der[2], &verdict, &err) == OC_OK;
    printf("%s\n", is_verified ? oc_cert_status_name(verdict.status) : err.what);
    oc_issuer_cleanup(&issuer);
    oc_openssl_free(crypto);
    return is_verified && verdict.status == OC_CERT_STATUS_GOOD ? 0 : 1;
}
