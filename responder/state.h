// SPDX-License-Identifier: MIT
//
// One configuration at work: its issuers, their stores, and the link to the process that signs for
// them. The front has one at a time; who works with it holds it, so that a new one can take its
// place while the old one ends.
#ifndef RESPONDER_STATE_H
#define RESPONDER_STATE_H

#include "answer.h"
#include "signer.h"

#include <stdatomic.h>

// struct signer_set is the signers of an issuer, by their numbers in the link.
struct signer_set {
    size_t n;
    uint32_t *numbers;
};

// struct state is a configuration at work. `sets` has one for each issuer.
struct state {
    atomic_uint n_holders;
    struct state *next;
    struct config *config;
    struct served served;
    struct signer_set *sets;
    struct oc_list *certs;  // the issuers' files, one for each
    struct signer_link *link;
    const struct signer_info *infos;
    size_t n_infos;
    atomic_bool is_well;
    int64_t warned_at;
};

// state_new loads what a configuration names, and takes the signer process behind `socket`. It
// owns both in any case. Returns NULL, and in the `size` octets at `why` the reason. state_free
// ends a state that nobody holds; NULL is allowed.
struct state *state_new(const struct oc_crypto *crypto, struct config *config, int socket,
                        char *why, size_t size);
void state_free(struct state *state);

// state_signer chooses the signer of an issuer at `now`: of those that are valid the one that
// began last. NULL when there is none. `*number` is its number in the link.
const struct signer_info *state_signer(const struct state *state,
                                       const struct served_issuer *issuer, int64_t now,
                                       uint32_t *number);

// state_has_signer tells whether the signer `id` still signs for an issuer at `now`.
bool state_has_signer(const struct state *state, const struct served_issuer *issuer,
                      const uint8_t id[32], int64_t now);

// state_ends tells when the last signer of an issuer ends.
int64_t state_ends(const struct state *state, const struct served_issuer *issuer);

// state_issuer finds an issuer by its key; NULL when it is not served.
struct served_issuer *state_issuer(const struct state *state, uint64_t key);

#endif
