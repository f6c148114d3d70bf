// SPDX-License-Identifier: MIT
//
// The options for signing, which requests and responses share, and the signer that they name.
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include "certs.h"
#include "program/command.h"

#include <ocsp/sign.h>

// The values that getopt_long() returns for the options for signing.
enum {
    SIGNING_SIGNER = 0x100,
    SIGNING_KEY,
    SIGNING_PASSPHRASE,
    SIGNING_DIGEST,
    SIGNING_PSS,
};

// struct signing_options is how to sign. With `digest` OC_HASH_OTHER the hash follows from the key.
struct signing_options {
    const char *signer;
    const char *key;
    const char *passphrase_file;
    enum oc_hash digest;
    bool pss;
};

// signing_option reads one of these options. Returns false after an error line.
bool signing_option(const struct command *self, struct signing_options *out, int option,
                    const char *argument);

// signing_is_used returns whether any of these options was given.
bool signing_is_used(const struct signing_options *options);

// struct signing is a signer with everything that it refers to. All zero is no signer.
struct signing {
    struct certs certs;  // of the --signer file
    const char *file;    // of the signer's certificate
    struct oc_cert cert;
    struct oc_private_key *key;
    struct oc_signer signer;
};

// signing_load_cert loads the signer's certificate, the first in the --signer file; without
// --signer it is `issuer`. Returns false after an error line.
bool signing_load_cert(struct signing *signing, const struct signing_options *options,
                       const struct found *issuer);

// signing_load_key loads the key and prepares the signer, after signing_load_cert(). Returns false
// after an error line.
bool signing_load_key(struct signing *signing, const struct signing_options *options,
                      const struct oc_crypto *crypto);

// signing_refuse prints the error line for an unsuitable signer, and how to fix that.
void signing_refuse(const struct signing *signing, const struct oc_error *err);

// signing_free frees everything.
void signing_free(struct signing *signing);

#endif
