// SPDX-License-Identifier: MIT
//
// staple CERT KEY ISSUER STAPLE: a TLS server on the loopback address that staples the
// response in STAPLE, as long as it says "good" and can be believed (RFC 6066 8). It prints
// its port, and says hello to each client. CERT and KEY are PEM files, ISSUER and
// STAPLE are DER.
#include <ocsp/openssl.h>
#include <ocsp/verify.h>

#include <openssl/ssl.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

struct staple {
    struct oc_issuer issuer;
    struct oc_cert cert;
    struct oc_bytes der;
};

static int is_good(const struct staple *staple)
{
    struct oc_policy policy;
    struct oc_response resp;
    struct oc_verdict verdict;
    oc_policy_init(&policy, time(NULL));
    return oc_response_parse(&resp, staple->der, NULL) == OC_OK &&
           oc_verify(&policy, &staple->issuer, staple->cert.serial, &resp, &verdict, NULL) ==
               OC_OK &&
           verdict.status == OC_CERT_STATUS_GOOD;
}

// libssl calls this when a client asks for a staple, and frees the copy.
static int on_status_request(SSL *ssl, void *arg)
{
    const struct staple *staple = arg;
    unsigned char *copy =
        is_good(staple) ? OPENSSL_memdup(staple->der.data, staple->der.len) : NULL;
    if (copy == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)staple->der.len);
    return SSL_TLSEXT_ERR_OK;
}

static struct oc_bytes load(const char *path, uint8_t *buf, size_t size)
{
    FILE *file = fopen(path, "rb");
    struct oc_bytes octets = {buf, file == NULL ? 0 : fread(buf, 1, size, file)};
    if (file != NULL)
        fclose(file);
    return octets;
}

static void serve(SSL_CTX *context, BIO *listener)
{
    for (BIO *plain; BIO_do_accept(listener) == 1; BIO_free(plain)) {
        SSL *ssl = SSL_new(context);
        plain = BIO_pop(listener);
        BIO_up_ref(plain);
        SSL_set_bio(ssl, plain, plain);
        if (SSL_accept(ssl) == 1 && SSL_write(ssl, "hello\n", 6) == 6)
            SSL_shutdown(ssl);
        SSL_free(ssl);
    }
}

int main(int argc, char **argv)
{
    static uint8_t issuer_buf[16384];
    static uint8_t cert_buf[16384];
    static uint8_t staple_buf[65536];
    struct staple staple;
    struct oc_cert issuer;
    struct oc_crypto *crypto = oc_openssl_new();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    BIO *listener = BIO_new_accept("127.0.0.1:0");
    unsigned char *at = cert_buf;
    if (argc != 5 || crypto == NULL || context == NULL || listener == NULL ||
        SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1)
        return 2;
    int len = i2d_X509(SSL_CTX_get0_certificate(context), NULL);
    if (len <= 0 || (size_t)len > sizeof cert_buf ||
        i2d_X509(SSL_CTX_get0_certificate(context), &at) != len)
        return 2;
    staple.der = load(argv[4], staple_buf, sizeof staple_buf);
    if (oc_cert_parse(&staple.cert, (struct oc_bytes){cert_buf, (size_t)len}, NULL) != OC_OK ||
        oc_cert_parse(&issuer, load(argv[3], issuer_buf, sizeof issuer_buf), NULL) != OC_OK ||
        oc_issuer_init(&staple.issuer, crypto, &issuer, NULL) != OC_OK)
        return 2;
    SSL_CTX_set_tlsext_status_cb(context, on_status_request);
    SSL_CTX_set_tlsext_status_arg(context, &staple);
    if (BIO_do_accept(listener) != 1 || printf("%s\n", BIO_get_accept_port(listener)) < 0 ||
        fflush(stdout) != 0)
        return 1;
    serve(context, listener);
    return 1;
}
