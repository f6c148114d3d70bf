// SPDX-License-Identifier: MIT
//
// verify ISSUER CERT RESPONSE: prints what the response says about the certificate, if it can be
// believed, and exits with 0 only if that is "good". All three are DER files.
#include <ocsp/openssl.h>
#include <ocsp/verify.h>

#include <stdio.h>
#include <time.h>

static struct oc_bytes read_file(const char *path, uint8_t *buf, size_t size)
{
    FILE *file = fopen(path, "rb");
    struct oc_bytes der = {buf, 0};

    if (file == NULL)
        return der;
    der.len = fread(buf, 1, size, file);
    fclose(file);
    return der;
}

static enum oc_err judge(const struct oc_crypto *crypto, const struct oc_cert *ca,
                         const struct oc_cert *cert, const struct oc_response *resp,
                         struct oc_verdict *verdict, struct oc_error *err)
{
    struct oc_issuer issuer;
    struct oc_policy policy;
    enum oc_err code = oc_issuer_init(&issuer, crypto, ca, err);

    if (code != OC_OK)
        return code;
    oc_policy_init(&policy, (int64_t)time(NULL));
    code = oc_verify(&policy, &issuer, cert->serial, resp, verdict, err);
    oc_issuer_cleanup(&issuer);
    return code;
}

int main(int argc, char **argv)
{
    static uint8_t room[3][65536];
    struct oc_bytes der[3];
    struct oc_cert ca, cert;
    struct oc_response resp;
    struct oc_verdict verdict;
    struct oc_error err = {.what = "out of memory"};

    if (argc != 4)
        return 64;
    for (int i = 0; i < 3; i++)
        der[i] = read_file(argv[i + 1], room[i], sizeof room[i]);

    struct oc_crypto *crypto = oc_openssl_new();
    if (crypto == NULL || oc_cert_parse(&ca, der[0], &err) != OC_OK ||
        oc_cert_parse(&cert, der[1], &err) != OC_OK ||
        oc_response_parse(&resp, der[2], &err) != OC_OK ||
        judge(crypto, &ca, &cert, &resp, &verdict, &err) != OC_OK) {
        fprintf(stderr, "not believed: %s\n", err.what);
        oc_openssl_free(crypto);
        return 3;
    }
    oc_openssl_free(crypto);
    printf("%s, says the %s\n", oc_cert_status_name(verdict.status),
           oc_signer_kind_name(verdict.signer));
    return verdict.status == OC_CERT_STATUS_GOOD ? 0 : 1;
}
