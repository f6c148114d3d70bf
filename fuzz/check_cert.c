// SPDX-License-Identifier: MIT
//
// Checks oc_cert_parse() and the iterators over its output.
#include "check.h"

#include "expect.h"

#include <ocsp/cert.h>
#include <ocsp/der.h>
#include <ocsp/issuer.h>

#include <string.h>

// id-kp-OCSPSigning, id-ad-ocsp, id-ad-caIssuers (RFC 6960 4.2.2.2, RFC 5280 4.2.2.1).
static const uint8_t ocsp_signing[] = {0x2B, 6, 1, 5, 5, 7, 3, 9};
static const uint8_t ad_ocsp[] = {0x2B, 6, 1, 5, 5, 7, 0x30, 1};
static const uint8_t ad_ca_issuers[] = {0x2B, 6, 1, 5, 5, 7, 0x30, 2};

static void expect_purposes(const struct oc_cert *cert)
{
    struct oc_bytes wanted = {ocsp_signing, sizeof ocsp_signing};
    bool seen = false;
    size_t n = 0;
    struct oc_bytes oid;
    expect_list(cert->tbs, &cert->ext_key_usage, "key purposes leave tbsCertificate");
    for (size_t at = 0; oc_oid_next(&cert->ext_key_usage, &at, &oid); n++) {
        expect_inside(cert->ext_key_usage.items, oid, "a key purpose leaves its list");
        seen = seen || oc_bytes_equal(oid, wanted);
    }
    expect(n == cert->ext_key_usage.n, "another number of key purposes");
    expect(seen == cert->ocsp_signing, "OCSPSigning disagrees with the key purposes");
}

static size_t count_uris(const struct oc_cert *cert, struct oc_bytes method)
{
    size_t n = 0;
    struct oc_access access;
    for (size_t at = 0; oc_access_next(&cert->authority_info_access, &at, &access);)
        n += oc_bytes_equal(access.method, method) && access.uri.data != NULL;
    return n;
}

static void expect_uris(const struct oc_cert *cert)
{
    expect_accesses(cert->tbs, &cert->authority_info_access);
    size_t n_ocsp = 0;
    size_t n_issuer = 0;
    struct oc_bytes uri;
    for (size_t at = 0; oc_cert_next_ocsp_uri(cert, &at, &uri); n_ocsp++)
        expect_inside(cert->authority_info_access.items, uri, "a responder's URI leaves its list");
    expect_zero(&uri, sizeof uri, "a view is not zero behind the last responder's URI");
    for (size_t at = 0; oc_cert_next_issuer_uri(cert, &at, &uri); n_issuer++)
        expect_inside(cert->authority_info_access.items, uri, "an issuer's URI leaves its list");
    expect_zero(&uri, sizeof uri, "a view is not zero behind the last issuer's URI");

    struct oc_bytes ocsp = {ad_ocsp, sizeof ad_ocsp};
    struct oc_bytes ca_issuers = {ad_ca_issuers, sizeof ad_ca_issuers};
    expect(n_ocsp == count_uris(cert, ocsp), "another number of responders' URIs");
    expect(n_issuer == count_uris(cert, ca_issuers), "another number of issuers' URIs");
}

static void expect_element(struct oc_bytes outer, struct oc_bytes element, const char *what)
{
    expect_inside(outer, element, what);
    expect(oc_der_read_any(&element, NULL, NULL, NULL) == OC_OK && element.len == 0, what);
}

static void expect_cert(const struct oc_cert *cert)
{
    expect(cert->version >= 1 && cert->version <= 3, "a certificate of no version");
    expect_element(cert->der, cert->tbs, "tbsCertificate is no element of the certificate");
    expect_element(cert->tbs, cert->issuer, "the issuer is no element of tbsCertificate");
    expect_element(cert->tbs, cert->subject, "the subject is no element of tbsCertificate");
    expect_element(cert->tbs, cert->spki, "the key is no element of tbsCertificate");
    expect_inside(cert->tbs, cert->serial, "the serial number leaves tbsCertificate");
    expect(cert->serial.len > 0, "the serial number is empty");
    expect_algorithm(cert->tbs, &cert->tbs_algorithm);
    expect_algorithm(cert->spki, &cert->key_algorithm);
    expect_inside(cert->spki, cert->public_key, "the public key leaves its info");
    expect(cert->public_key.data != NULL, "the public key is absent");
    expect_signature(cert->der, &cert->signature);
    expect(cert->signature.certs.items.data == NULL, "a certificate has certs");
    expect_inside(cert->tbs, cert->authority_key_id, "the issuer's key ID leaves tbsCertificate");
    expect_inside(cert->tbs, cert->subject_key_id, "the key ID leaves tbsCertificate");
    expect(cert->has_key_usage || cert->key_usage == 0, "key usage without its flag");
    expect_deviations(cert->deviations);
}

static enum oc_err no_hash(const struct oc_crypto *crypto, enum oc_hash hash, struct oc_bytes data,
                           uint8_t *out)
{
    (void)crypto;
    (void)data;
    memset(out, 0, oc_hash_len(hash));
    return OC_OK;
}

// The cert ID of a certificate that this one would issue with its own serial number.
static void expect_issues(const struct oc_cert *cert)
{
    const struct oc_crypto crypto = {.hash = no_hash};
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_cert_id id;
    expect(oc_issuer_cert_id(&crypto, OC_HASH_SHA256, cert, cert->serial, hashes, &id, NULL) ==
               OC_OK,
           "a certificate cannot be an issuer");
    expect(cert_id_builds(&id), "the cert ID of a certificate does not build");
    (void)oc_issuer_names(cert, cert);
}

int check_cert(const uint8_t *data, size_t len)
{
    struct oc_bytes der = {data, len};
    struct oc_cert cert;
    struct oc_error err = {0};
    memset(&cert, 0xA5, sizeof cert);
    enum oc_err code = oc_cert_parse(&cert, der, &err);
    if (code != OC_OK) {
        struct oc_cert quiet;
        expect_zero(&cert, sizeof cert, "a certificate is not zero after a failure");
        expect_refusal(code, &err, len);
        expect(oc_cert_parse(&quiet, der, NULL) == code,
               "the error depends on whether its text is wanted");
        return 0;
    }
    expect(cert.der.data == data && cert.der.len == len, "a certificate is not the whole message");
    expect_cert(&cert);
    expect_purposes(&cert);
    expect_uris(&cert);
    expect_issues(&cert);
    return 1;
}
