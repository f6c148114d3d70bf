// SPDX-License-Identifier: MIT
//
// The signers of a configuration with their issuers, certificates and private keys.
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "config/config.h"
#include "signer/sign_job.h"

// struct signers_issuer is an issuer, with the file that its certificate came from.
struct signers_issuer {
    struct oc_list certs;
    struct oc_issuer issuer;
};

// struct signers_one is one signer. `certs` are absent when it is the issuer itself.
struct signers_one {
    struct oc_list certs;
    struct oc_private_key *key;
    struct sign_as as;
    struct signer_info info;
};

// struct signers is all of them. `lacks_valid` says that an issuer has none that is valid now.
struct signers {
    struct oc_crypto *crypto;
    struct signers_issuer *issuers;
    size_t n_issuers;
    struct signers_one *all;
    size_t n;
    bool lacks_valid;
};

// signers_load loads all signers of a configuration with their keys, and checks each: its
// certificate must be issued by the issuer with id-kp-OCSPSigning, or be the issuer's own, and the
// key must be that of the certificate. Each issuer must have a signer that is valid at `now`; the
// log has a warning about the others. `config` must stay as long as the signers. Returns false,
// with the reason in the `size` bytes at `why`; if that is only an issuer without a valid signer,
// with `lacks_valid` and everything loaded, otherwise with `*out` empty. signers_free frees them.
bool signers_load(const struct config *config, int64_t now, struct signers *out, char *why,
                  size_t size);
void signers_free(struct signers *signers);

// signers_check is signers_load() for its verdict alone.
bool signers_check(const struct config *config, int64_t now, char *why, size_t size);

#endif
