// SPDX-License-Identifier: MIT
//
// sign KEY ISSUER CERT: writes a response to standard output that says that CERT is good for a
// day, signed by its issuer. KEY is the issuer's private key; both certificates are DER files.
#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/sign.h>

#include <stdio.h>
#include <time.h>

static int read_cert(const char *path, uint8_t *buf, size_t size, struct oc_cert *cert)
{
    FILE *file = fopen(path, "rb");
    struct oc_bytes der = {buf, 0};

    if (file == NULL)
        return -1;
    der.len = fread(buf, 1, size, file);
    fclose(file);
    return oc_cert_parse(cert, der, NULL) == OC_OK ? 0 : -1;
}

static enum oc_err sign(const struct oc_signer *signer, struct oc_bytes serial,
                        struct oc_error *err)
{
    static uint8_t buf[8192];
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    int64_t now = (int64_t)time(NULL);
    struct oc_single_response single = {
        .status = OC_CERT_STATUS_GOOD,
        .this_update = now,
        .has_next_update = true,
        .next_update = now + 86400,
    };
    struct oc_response_spec spec = {
        .produced_at = now,
        .responses = &single,
        .n_responses = 1,
    };
    struct oc_bytes der;
    enum oc_err code = oc_issuer_cert_id(signer->crypto, OC_HASH_SHA256, &signer->cert, serial,
                                         hashes, &single.id, err);

    if (code == OC_OK)
        code = oc_response_sign(signer, &spec, buf, sizeof buf, &der, err);
    if (code == OC_OK)
        fwrite(der.data, 1, der.len, stdout);
    return code;
}

int main(int argc, char **argv)
{
    static uint8_t room[2][65536];
    struct oc_crypto *crypto = oc_openssl_new();
    struct oc_private_key *key = NULL;
    struct oc_cert ca, cert;
    struct oc_signer signer;
    struct oc_error err = {OC_ERR_READ, 0, "cannot be read"};
    int failed = 1;

    if (crypto != NULL && argc == 4 && read_cert(argv[2], room[0], sizeof room[0], &ca) == 0 &&
        read_cert(argv[3], room[1], sizeof room[1], &cert) == 0 &&
        oc_openssl_key_open(argv[1], NULL, &key, &err) == OC_OK &&
        oc_signer_init(&signer, crypto, key, &ca, NULL, &err) == OC_OK) {
        // Those who verify the response already have the certificate of the CA.
        signer.certs = (struct oc_list){0};
        failed = sign(&signer, cert.serial, &err) != OC_OK;
    }
    if (failed)
        fprintf(stderr, "%s: %s\n", oc_err_name(err.code), err.what);
    oc_openssl_key_free(key);
    oc_openssl_free(crypto);
    return failed;
}
