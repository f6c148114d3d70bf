// SPDX-License-Identifier: MIT
//
// The certificate of an issuer, from where the certificates that it issued say it is (RFC
// 5280 4.2.2.1): DER or PEM, alone or in a PKCS #7 without content ("certs-only").
#include "client/answer.h"
#include "client/client.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <string.h>

// Each certificate with the right name costs a signature.
#define MAX_TRIED 16

// struct search is what is looked for and what was found.
struct search {
    const struct oc_crypto *crypto;
    const struct oc_cert *cert;
    int n_tried;
    bool is_out_of_memory;
    struct oc_bytes found;
};

static bool has_issued(struct search *search, const struct oc_cert *candidate)
{
    struct oc_issuer issuer;
    if (!oc_bytes_equal(candidate->subject, search->cert->issuer) ||
        search->n_tried++ >= MAX_TRIED ||
        oc_issuer_init(&issuer, search->crypto, candidate, NULL) != OC_OK)
        return false;
    bool is_right = oc_issuer_verify_cert(&issuer, search->cert, NULL, NULL) == OC_OK;
    oc_issuer_cleanup(&issuer);
    return is_right;
}

static void try_cert(struct search *search, struct oc_bytes der)
{
    struct oc_cert issuer;
    if (search->found.data != NULL || oc_cert_parse(&issuer, der, NULL) != OC_OK ||
        !has_issued(search, &issuer))
        return;
    uint8_t *copy = oci_copy(der);
    search->is_out_of_memory = copy == NULL;
    if (copy != NULL)
        search->found = (struct oc_bytes){copy, der.len};
}

static void try_x509(struct search *search, const X509 *cert)
{
    uint8_t *der = NULL;
    int len = i2d_X509(cert, &der);
    if (len > 0)
        try_cert(search, (struct oc_bytes){der, (size_t)len});
    OPENSSL_free(der);
}

static void try_pkcs7(struct search *search, struct oc_bytes der)
{
    const uint8_t *at = der.data;
    PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)der.len);
    const STACK_OF(X509) *certs = NULL;
    if (pkcs7 != NULL && PKCS7_type_is_signed(pkcs7) && pkcs7->d.sign != NULL)
        certs = pkcs7->d.sign->cert;
    for (int i = 0; certs != NULL && i < sk_X509_num(certs); i++)
        try_x509(search, sk_X509_value(certs, i));
    PKCS7_free(pkcs7);
}

static void try_der(struct search *search, struct oc_bytes der)
{
    try_cert(search, der);
    if (search->found.data == NULL)
        try_pkcs7(search, der);
}

static void try_pem(struct search *search, struct oc_bytes text)
{
    char *name = NULL;
    char *header = NULL;
    uint8_t *data = NULL;
    long len = 0;
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
    while (bio != NULL && search->found.data == NULL &&
           PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
        try_der(search, (struct oc_bytes){data, (size_t)len});
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    BIO_free(bio);
}

// The caller's errors in libcrypto's queue stay, ours go.
static void try_body(struct search *search, struct oc_bytes body)
{
    ERR_set_mark();
    try_der(search, body);
    if (search->found.data == NULL)
        try_pem(search, body);
    ERR_pop_to_mark();
}

// The error text for the last address that was tried, by outcome.
static const char *const reasons[] = {
    [OC_ASK_NONE] = "out of memory",
    [OC_ASK_ANSWERED] = "cannot find the certificate that signed this one (RFC 5280 4.2.2.1)",
    [OC_ASK_NO_URL] = "the certificate does not say where its issuer's is (RFC 5280 4.2.2.1)",
    [OC_ASK_URL_REFUSED] = "invalid address of the issuer's certificate",
    [OC_ASK_REFUSED] = "the network address of the issuer's certificate is not allowed",
    [OC_ASK_UNREACHABLE] = "cannot reach the address of the issuer's certificate",
    [OC_ASK_TIMEOUT] = "timeout while fetching the issuer's certificate",
    [OC_ASK_BROKEN] = "connection lost while fetching the issuer's certificate",
    [OC_ASK_REDIRECT] =
        "too many redirects, or an invalid one, at the address of the issuer's certificate",
    [OC_ASK_HTTP_STATUS] = "unexpected HTTP status at the address of the issuer's certificate",
    [OC_ASK_CONTENT_TYPE] = "unexpected type of the issuer's certificate (Content-Type)",
    [OC_ASK_EMPTY] = "empty reply at the address of the issuer's certificate",
    [OC_ASK_TOO_LARGE] = "oversized reply at the address of the issuer's certificate",
    [OC_ASK_MALFORMED] = "unexpected Content-Encoding of the issuer's certificate",
};

static enum oc_ask_outcome fetch(struct oci_transfer *transfer, struct oc_bytes address)
{
    char url[OCI_MAX_URL + 1];
    if (oci_url_fault(address) != NULL)
        return OC_ASK_URL_REFUSED;
    memcpy(url, address.data, address.len);
    url[address.len] = '\0';
    if (!oci_transfer_start(transfer, url, (struct oc_bytes){0}, NULL) ||
        oci_transfer_wait(transfer->multi) != transfer)
        return OC_ASK_NONE;
    return transfer->outcome;
}

enum oc_err oc_client_fetch_issuer(struct oc_client *client, const struct oc_cert *cert,
                                   struct oc_bytes *der, struct oc_error *err)
{
    struct oc_bytes urls[OC_CLIENT_MAX_URLS];
    struct search search = {.crypto = client->config.crypto, .cert = cert};
    enum oc_ask_outcome outcome = OC_ASK_NO_URL;
    struct oci_transfer *transfer = oci_client_transfer(client, 0);
    size_t n = oci_urls(cert, oc_cert_next_issuer_uri, urls);
    if (transfer == NULL)
        outcome = OC_ASK_NONE;
    for (size_t i = 0; transfer != NULL && i < n && search.found.data == NULL; i++) {
        outcome = fetch(transfer, urls[i]);
        if (outcome == OC_ASK_ANSWERED)
            try_body(&search, (struct oc_bytes){transfer->body, transfer->body_len});
        oci_transfer_stop(transfer);
    }
    *der = search.found;
    if (der->data != NULL)
        return OC_OK;
    if (search.is_out_of_memory)
        outcome = OC_ASK_NONE;
    enum oc_err code = outcome == OC_ASK_NONE ? OC_ERR_MEMORY : OC_ERR_READ;
    if (err != NULL)
        *err = (struct oc_error){code, 0, reasons[outcome]};
    return code;
}

void oc_client_free_der(struct oc_bytes *der)
{
    oci_free(der);
}
