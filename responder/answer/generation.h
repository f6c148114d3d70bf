// SPDX-License-Identifier: MIT
//
// A generation is a loaded configuration: its issuers, their stores, and the link to the signer
// process. The engine has one current generation; a request holds the one it began with, so that a
// reload can replace it meanwhile.
#ifndef ANSWER_GENERATION_H
#define ANSWER_GENERATION_H

#include "answer/sources.h"
#include "signer/link.h"

#include <stdatomic.h>

// struct signer_set is the signers of an issuer, by their indexes in the link. `expiring` belongs
// to the upkeep.
struct signer_set {
    size_t n;
    uint32_t *numbers;
    struct alarm expiring;
};

// struct generation is one of them. `config` and `served` are those of `sources`. `sets` has one
// element for each issuer. `polling` is the index of the issuer whose store is being polled,
// `served.n_issuers` if none is.
struct generation {
    atomic_uint n_holders;
    struct generation *next;
    struct sources *sources;
    struct config *config;
    struct served served;
    struct signer_set *sets;
    struct signer_link *link;
    const struct signer_info *infos;
    size_t n_infos;
    atomic_size_t polling;
};

// generation_new loads what a configuration names, with the signer process behind `socket`; it
// takes both, whatever it returns. generation_renew has another signer process and the sources of
// `before`. Both return NULL on failure, with the reason in the `size` bytes at `why`.
// generation_free frees a generation that nothing holds; NULL is allowed.
struct generation *generation_new(const struct oc_crypto *crypto, struct config *config, int socket,
                                  char *why, size_t size);
struct generation *generation_renew(const struct oc_crypto *crypto, const struct generation *before,
                                    int socket, char *why, size_t size);
void generation_free(struct generation *generation);

// generation_signer returns the signer of an issuer at `now`: of the valid ones, that whose
// validity began last. NULL when there is none. `*number` is its index in the link.
const struct signer_info *generation_signer(const struct generation *generation,
                                            const struct served_issuer *issuer, int64_t now,
                                            uint32_t *number);

// generation_has_signer returns whether the signer `id` signs for an issuer at `now`.
bool generation_has_signer(const struct generation *generation, const struct served_issuer *issuer,
                           const uint8_t id[32], int64_t now);

// generation_ends returns until when an issuer has a valid signer without a gap; `now` when it has
// none.
int64_t generation_ends(const struct generation *generation, const struct served_issuer *issuer,
                        int64_t now);

// generation_unsigned returns the first issuer without a signer at `now`; NULL if each has one.
const struct served_issuer *generation_unsigned(const struct generation *generation, int64_t now);

// generation_issuer finds an issuer by its key; NULL when it is not served.
struct served_issuer *generation_issuer(const struct generation *generation, uint64_t key);

#endif
