// SPDX-License-Identifier: MIT
//
// The certificate in a file. If the file has several, such as a chain, the first one counts.
#ifndef BASE_ISSUER_FILE_H
#define BASE_ISSUER_FILE_H

#include <ocsp/issuer.h>
#include <ocsp/openssl.h>

// issuer_file_read reads the certificate of a file. issuer_file_open also prepares it as an issuer;
// call oc_issuer_cleanup() afterwards. `*certs` owns the octets and must stay as long as `*cert` or
// `*issuer`; free it with oc_openssl_certs_free() in any case. Both return false and set `*err` on
// failure.
bool issuer_file_read(const char *file, struct oc_list *certs, struct oc_cert *cert,
                      struct oc_error *err);
bool issuer_file_open(const char *file, const struct oc_crypto *crypto, struct oc_list *certs,
                      struct oc_issuer *issuer, struct oc_error *err);

// issuer_is_same returns whether two issuers have the same name and key, so that they issue the
// same certificates.
bool issuer_is_same(const struct oc_issuer *a, const struct oc_issuer *b);

#endif
