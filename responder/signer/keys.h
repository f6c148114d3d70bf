// SPDX-License-Identifier: MIT
//
// The signers of a configuration, loaded: issuers, certificates and private keys.
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "config/config.h"
#include "signer/sign_job.h"

// struct signers_issuer is one issuer.
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

// struct signers is all of them.
struct signers {
    struct oc_crypto *crypto;
    struct signers_issuer *issuers;
    size_t n_issuers;
    struct signers_one *all;
    size_t n;
};

// signers_load loads them, and checks that each may sign for its issuer, and that each issuer has
// one that is valid at `now`; the others are warned of in the log. The configuration must stay as
// long as they. Returns false, with nothing in `*out` and the reason
// in `why`. signers_free frees them.
bool signers_load(const struct config *config, int64_t now, struct signers *out, char *why,
                  size_t size);
void signers_free(struct signers *signers);

// signers_check loads every signer of a configuration, with its key, and checks that it fits: a
// certificate that the issuer has issued with id-kp-OCSPSigning, whose key this is. One signer of
// each issuer must be valid at `now`; of the others the log has a warning. Returns false, and the
// reason in `why`. Nothing is kept.
bool signers_check(const struct config *config, int64_t now, char *why, size_t size);

#endif
