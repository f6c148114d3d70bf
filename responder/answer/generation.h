// SPDX-License-Identifier: MIT
//
// One configuration at work: its issuers, their stores, and the link to the process that signs for
// them. The front has one at a time; who works with it holds it, so that a new one can take its
// place while the old one ends.
#ifndef ANSWER_GENERATION_H
#define ANSWER_GENERATION_H

#include "answer/answer.h"
#include "signer/link.h"

#include <stdatomic.h>

// struct signer_set is the signers of an issuer, by their numbers in the link.
struct signer_set {
    size_t n;
    uint32_t *numbers;
};

// struct sources is what a configuration names but for the signers: it stays when only these are
// exchanged, and is freed with the last state that has it.
struct sources {
    atomic_uint n_owners;
    struct config *config;
    struct served served;
    struct oc_list *certs;  // the issuers' files, one for each
};

// struct generation is a configuration at work. `config` and `served` are those of `sources`.
// `sets` has one for each issuer. `is_well`, `warned_at` and `n_unsigned`, the issuers without a
// signer when it was last looked, belong to who ticks.
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
    atomic_bool is_well;
    int64_t warned_at;
    size_t n_unsigned;
};

// generation_new loads what a configuration names, and takes the signer process behind `socket`. It
// owns both in any case. generation_renew takes another signer process for what `before` has. Both
// return NULL, and in the `size` octets at `why` the reason. generation_free ends a state that
// nobody holds; NULL is allowed.
struct generation *generation_new(const struct oc_crypto *crypto, struct config *config, int socket,
                                  char *why, size_t size);
struct generation *generation_renew(const struct oc_crypto *crypto, const struct generation *before,
                                    int socket, char *why, size_t size);
void generation_free(struct generation *generation);

// generation_signer chooses the signer of an issuer at `now`: of those that are valid the one that
// began last. NULL when there is none. `*number` is its number in the link.
const struct signer_info *generation_signer(const struct generation *generation,
                                            const struct served_issuer *issuer, int64_t now,
                                            uint32_t *number);

// generation_has_signer tells whether the signer `id` still signs for an issuer at `now`.
bool generation_has_signer(const struct generation *generation, const struct served_issuer *issuer,
                           const uint8_t id[32], int64_t now);

// generation_ends tells until when an issuer has a signer without a break; `now` when it has none.
int64_t generation_ends(const struct generation *generation, const struct served_issuer *issuer,
                        int64_t now);

// generation_n_unsigned counts the issuers without a signer at `now`.
size_t generation_n_unsigned(const struct generation *generation, int64_t now);

// generation_issuer finds an issuer by its key; NULL when it is not served.
struct served_issuer *generation_issuer(const struct generation *generation, uint64_t key);

#endif
