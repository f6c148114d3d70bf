// SPDX-License-Identifier: MIT
//
// The sources of a configuration: its issuers and their stores. A generation rests on them, and a
// trial of a configuration loads them and drops them.
#ifndef ANSWER_SOURCES_H
#define ANSWER_SOURCES_H

#include "answer/answer.h"
#include "answer/source_watch.h"

#include <stdatomic.h>

// struct sources is everything of a configuration except its signers. It is shared when only the
// signer process is replaced, and freed with the last generation that has it.
struct sources {
    atomic_uint n_owners;
    struct config *config;
    struct served served;
    struct oc_list *certs;         // the issuers' files, one for each
    struct source_watch *watches;  // one for each issuer
};

// enum sources_what is how much is loaded.
enum sources_what {
    SOURCES_CERTS,   // the certificates of the issuers
    SOURCES_STORES,  // and their stores
};

// sources_load loads the sources of `config`, which it takes, whatever it returns. Two issuers with
// the same name and key are refused. Returns NULL, with the reason in the `size` bytes at `why`.
struct sources *sources_load(const struct oc_crypto *crypto, struct config *config,
                             enum sources_what what, char *why, size_t size);

// sources_inherit lets the stores of `sources`, which are not used yet, take over from those of the
// same issuers in `before` what must not be forgotten. Nobody may poll either of them meanwhile.
void sources_inherit(struct sources *sources, const struct sources *before);

// sources_hold adds an owner and returns `sources`; sources_release removes one, and the last one
// frees them. NULL is allowed there.
struct sources *sources_hold(struct sources *sources);
void sources_release(struct sources *sources);

#endif
