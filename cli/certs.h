// SPDX-License-Identifier: MIT
//
// Certificates out of files: those in question, and those that may be their issuers.
#ifndef CLI_CERTS_H
#define CLI_CERTS_H

#include "message.h"

#include <ocsp/issuer.h>

// struct found is a certificate and the file where it was found.
struct found {
    struct oc_cert cert;
    const char *file;
};

// struct certs is what was loaded. The certificates are views into the messages.
struct certs {
    struct messages *files;
    size_t n_files;
    struct found *targets;  // in question, one for each file that was loaded so
    size_t n_targets;
    struct found *candidates;  // whoever may be an issuer
    size_t n_candidates;
};

// certs_load adds the certificates of a file, whose name must stay. With `has_target`
// the first of them is a target, the others are candidates. Returns false after an
// error line.
bool certs_load(struct certs *certs, const char *file, bool has_target);

// certs_find_issuer finds the candidate that is the issuer of a target, by names and key
// identifiers. Returns NULL after an error line when there is none, or several with
// different keys.
const struct found *certs_find_issuer(const struct certs *certs, const struct found *target);

// certs_is_issued checks that the key of `issuer`, whose certificate was found in
// `issuer_file`, has signed a target. Returns false after an error line.
bool certs_is_issued(const struct found *target, const struct oc_issuer *issuer,
                     const char *issuer_file);

// certs_free frees what was loaded.
void certs_free(struct certs *certs);

#endif
