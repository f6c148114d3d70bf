// SPDX-License-Identifier: MIT
//
// Certificates in files: the first counts, behind it may stand those of a chain.
#ifndef BASE_ISSUER_FILE_H
#define BASE_ISSUER_FILE_H

#include <ocsp/issuer.h>
#include <ocsp/openssl.h>

// issuer_file_read reads the certificate of a file; issuer_file_open prepares it as an issuer, to
// be ended with oc_issuer_cleanup(). `*certs` has the octets, is to be freed with
// oc_openssl_certs_free() in any case, and must stay as long as `*cert` or `*issuer`. Both return
// false, and the reason in `*err`.
bool issuer_file_read(const char *file, struct oc_list *certs, struct oc_cert *cert,
                      struct oc_error *err);
bool issuer_file_open(const char *file, const struct oc_crypto *crypto, struct oc_list *certs,
                      struct oc_issuer *issuer, struct oc_error *err);

// issuer_is_same tells whether two have the same name and key: they issue the same certificates.
bool issuer_is_same(const struct oc_issuer *a, const struct oc_issuer *b);

#endif
