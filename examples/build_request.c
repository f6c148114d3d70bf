// SPDX-License-Identifier: MIT
//
// build_request ISSUER CERT: writes an OCSP request about CERT to standard output.
// Both are DER files.
#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>

#include <stdio.h>

static int load(const char *path, uint8_t *buf, size_t size, struct oc_cert *cert)
{
    struct oc_error err;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(buf, 1, size, file);
    fclose(file);
    if (oc_cert_parse(cert, (struct oc_bytes){buf, len}, &err) == OC_OK)
        return 1;
    fprintf(stderr, "%s: byte %zu: %s\n", path, err.offset, err.what);
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t issuer_buf[16384];
    static uint8_t cert_buf[16384];
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    uint8_t out_buf[512];
    struct oc_cert issuer;
    struct oc_cert cert;
    struct oc_single_request single = {0};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_bytes out;
    if (argc != 3 || !load(argv[1], issuer_buf, sizeof issuer_buf, &issuer) ||
        !load(argv[2], cert_buf, sizeof cert_buf, &cert))
        return 2;
    struct oc_crypto *crypto = oc_openssl_new();
    int ok = crypto != NULL && oc_issuer_names(&issuer, &cert) &&
             oc_issuer_cert_id(crypto, OC_HASH_SHA256, &issuer, cert.serial, hashes, &single.id,
                               NULL) == OC_OK &&
             oc_request_build(&spec, out_buf, sizeof out_buf, &out, NULL) == OC_OK &&
             fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    oc_openssl_free(crypto);
    return ok ? 0 : 1;
}
