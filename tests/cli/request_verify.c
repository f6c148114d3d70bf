// SPDX-License-Identifier: MIT
//
// request_verify REQUEST CA: whether libcrypto's OCSP_request_verify() believes a signed
// request whose signer's certificate was issued by CA. The openssl command does not ask.
#include <openssl/bio.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdio.h>

static OCSP_REQUEST *read_request(const char *file)
{
    BIO *bio = BIO_new_file(file, "rb");
    OCSP_REQUEST *req = bio == NULL ? NULL : d2i_OCSP_REQUEST_bio(bio, NULL);
    BIO_free(bio);
    return req;
}

static X509_STORE *read_store(const char *file)
{
    BIO *bio = BIO_new_file(file, "rb");
    X509 *cert = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
    X509_STORE *store = cert == NULL ? NULL : X509_STORE_new();
    if (store != NULL && X509_STORE_add_cert(store, cert) != 1) {
        X509_STORE_free(store);
        store = NULL;
    }
    X509_free(cert);
    BIO_free(bio);
    return store;
}

int main(int argc, char **argv)
{
    OCSP_REQUEST *req = argc == 3 ? read_request(argv[1]) : NULL;
    X509_STORE *store = argc == 3 ? read_store(argv[2]) : NULL;
    int status = 2;
    if (req != NULL && store != NULL) {
        status = OCSP_request_verify(req, NULL, store, 0) == 1 ? 0 : 1;
        puts(status == 0 ? "verified" : "not verified");
    }
    X509_STORE_free(store);
    OCSP_REQUEST_free(req);
    return status;
}
