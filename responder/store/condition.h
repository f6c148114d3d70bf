// SPDX-License-Identifier: MIT
//
// The meaning of the times of a source: one that is published from time to time, such as a CRL, is
// answered from only between its thisUpdate and its nextUpdate.
#ifndef STORE_CONDITION_H
#define STORE_CONDITION_H

#include "config/config.h"
#include "store/store.h"

// enum condition is one of the things that the times of a source can mean.
enum condition {
    CONDITION_CURRENT = 0,
    CONDITION_EXPIRING,  // current, but a newer one is due
    CONDITION_EXPIRED,
    CONDITION_NOT_YET_VALID,
};

// condition_read gets the state of a source from its store, all zero if the store has none: it is
// always current. Returns whether it has one. The thread that polls may call it.
bool condition_read(struct store *store, struct source_state *out);

// condition_end returns when the source of an issuer expires: at its nextUpdate. An index that
// cannot be read any more expires one `validity` after it last could be. 0 is never.
int64_t condition_end(const struct source_state *state, const struct issuer_config *config);

// condition_of returns what the times of a source mean at `now`. It is "expiring" for the last
// `warning` seconds, but at most for the last quarter of its time.
enum condition condition_of(const struct source_state *state, const struct issuer_config *config,
                            int64_t warning, int64_t now);

// condition_duration writes a time span in words, such as "3 hours", to `out`, and returns `out`.
enum { CONDITION_DURATION = 32 };
const char *condition_duration(int64_t seconds, char out[CONDITION_DURATION]);

#endif
