// SPDX-License-Identifier: MIT
//
// libocsp reports every error of a file, except that it has no certificate.
#include "base/issuer_file.h"

bool issuer_file_read(const char *file, struct oc_list *certs, struct oc_cert *cert,
                      struct oc_error *err)
{
    struct oc_bytes der;
    size_t at = 0;
    if (oc_openssl_certs_open(file, certs, err) != OC_OK)
        return false;
    if (oc_cert_next(certs, &at, &der))
        return oc_cert_parse(cert, der, err) == OC_OK;
    *err = (struct oc_error){.code = OC_ERR_MISSING, .what = "missing certificate"};
    return false;
}

bool issuer_file_open(const char *file, const struct oc_crypto *crypto, struct oc_list *certs,
                      struct oc_issuer *issuer, struct oc_error *err)
{
    struct oc_cert cert;
    return issuer_file_read(file, certs, &cert, err) &&
           oc_issuer_init(issuer, crypto, &cert, err) == OC_OK;
}

bool issuer_is_same(const struct oc_issuer *a, const struct oc_issuer *b)
{
    return oc_bytes_equal(a->cert.subject, b->cert.subject) &&
           oc_bytes_equal(a->cert.public_key, b->cert.public_key);
}
