// SPDX-License-Identifier: MIT
//
// The way an AlgorithmIdentifier signs, for verifying and for signing.
#ifndef OPENSSL_METHOD_H
#define OPENSSL_METHOD_H

#include "openssl/table.h"

// struct method is what an AlgorithmIdentifier comes to.
struct method {
    EVP_MD *digest;       // NULL when the algorithm takes the message itself
    EVP_MD *mgf1_digest;  // RSASSA-PSS only
    int salt_len;
};

// method_init is EVP_DigestSignInit() or EVP_DigestVerifyInit().
typedef int method_init(EVP_MD_CTX *context, EVP_PKEY_CTX **options, const EVP_MD *digest,
                        ENGINE *engine, EVP_PKEY *pkey);

// oci_method_choose finds out how `algorithm` signs with keys such as `key`, of which it
// looks at the public part only. Returns OC_OK or OC_ERR_UNSUPPORTED; either way `*method`
// is for oci_method_cleanup().
enum oc_err oci_method_choose(struct method *method, const struct table *table,
                              const struct oc_key *key, const struct oc_algorithm *algorithm);
void oci_method_cleanup(struct method *method);

// oci_method_prepare makes `context` ready to sign or to verify; false means that the key
// is not for this.
bool oci_method_prepare(const struct method *method, const struct oc_key *key, method_init *init,
                        EVP_MD_CTX *context);

// oci_method_strength says what signatures of `key` rest on.
struct oc_strength oci_method_strength(const struct method *method, const struct oc_key *key);

#endif
