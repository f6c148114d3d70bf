// SPDX-License-Identifier: MIT
//
// check ISSUER CERT: asks the responders that CERT names whether it is still good, and exits
// with 0 only if one says so and can be believed. Both are DER files.
#include <ocsp/client.h>
#include <ocsp/openssl.h>

#include <stdio.h>
#include <time.h>

static bool load(const char *path, uint8_t *buf, size_t size, struct oc_cert *cert)
{
    FILE *file = fopen(path, "rb");
    struct oc_bytes der = {buf, file == NULL ? 0 : fread(buf, 1, size, file)};
    return file != NULL && fclose(file) == 0 && oc_cert_parse(cert, der, NULL) == OC_OK;
}

static bool ask(struct oc_crypto *crypto, struct oc_check *check)
{
    struct oc_client_config config;
    struct oc_policy policy;
    oc_client_config_init(&config, crypto);
    oc_policy_init(&policy, time(NULL));
    struct oc_client *client = oc_client_new(&config);
    bool is_done = client != NULL && oc_client_check(client, &policy, check, 1) == OC_OK;
    oc_client_free(client);
    return is_done;
}

int main(int argc, char **argv)
{
    static uint8_t issuer_buf[16384];
    static uint8_t cert_buf[16384];
    struct oc_cert issuer_cert;
    struct oc_cert cert;
    struct oc_issuer issuer;
    struct oc_check check = {.cert = &cert, .issuer = &issuer};
    struct oc_crypto *crypto = oc_openssl_new();
    if (argc != 3 || crypto == NULL ||
        !load(argv[1], issuer_buf, sizeof issuer_buf, &issuer_cert) ||
        !load(argv[2], cert_buf, sizeof cert_buf, &cert) ||
        oc_issuer_init(&issuer, crypto, &issuer_cert, NULL) != OC_OK || !ask(crypto, &check))
        return 2;
    bool is_good = check.verdict.status == OC_CERT_STATUS_GOOD;
    if (check.outcome == OC_ASK_ANSWERED)
        printf("%s\n", oc_cert_status_name(check.verdict.status));
    else
        printf("not answered: %s\n", oc_ask_outcome_name(check.outcome));
    oc_check_cleanup(&check);
    oc_issuer_cleanup(&issuer);
    oc_openssl_free(crypto);
    return is_good ? 0 : 1;
}
