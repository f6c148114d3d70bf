// SPDX-License-Identifier: MIT
//
// Certificates from files: those to ask about, and those that may be their issuers.
#ifndef CLI_CERTS_H
#define CLI_CERTS_H

#include "message.h"

#include <ocsp/issuer.h>

// struct found is a certificate and the file where it was found.
struct found {
    struct oc_cert cert;
    const char *file;
};

// struct certs is loaded certificates. They are views into the messages.
struct certs {
    struct messages *files;
    size_t n_files;
    struct found *targets;  // to ask about: the first of each file loaded with `has_target`
    size_t n_targets;
    struct found *candidates;  // possible issuers
    size_t n_candidates;
};

// certs_load adds the certificates of a file, whose name must stay valid. With `has_target` the
// first one is a target; all others are candidates. Returns false after an error line.
bool certs_load(struct certs *certs, const char *file, bool has_target);

// certs_find_issuer finds the candidate that is the issuer of a target, by names and key
// identifiers. Returns NULL after an error line if there is none, or several with different keys.
const struct found *certs_find_issuer(const struct certs *certs, const struct found *target);

// certs_only_issuer returns the first candidate, or NULL if there is none, for a question about a
// serial number alone. It sets `*other` to a candidate that has another name or key, or to NULL.
const struct found *certs_only_issuer(const struct certs *certs, const struct found **other);

// certs_is_issued checks that a target was signed with the key of `issuer`, whose certificate is in
// `issuer_file`. Returns false after an error line.
bool certs_is_issued(const struct found *target, const struct oc_issuer *issuer,
                     const char *issuer_file);

// certs_free frees everything.
void certs_free(struct certs *certs);

#endif
