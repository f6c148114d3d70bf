// SPDX-License-Identifier: MIT
//
// The meaning of the times of a source: one that is published from time to time, such as a CRL, is
// answered from only between its thisUpdate and its nextUpdate.
#ifndef STORE_CONDITION_H
#define STORE_CONDITION_H

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

// condition_end returns when a source expires: at its nextUpdate; without one, when answers of the
// time `validity` that begin at its thisUpdate end. 0 is never.
int64_t condition_end(const struct source_state *state, int64_t validity);

// condition_of returns what the times of a source mean at `now`. It is "expiring" for the last
// `warning` seconds, but at most for the last quarter of its time.
enum condition condition_of(const struct source_state *state, int64_t validity, int64_t warning,
                            int64_t now);

// condition_duration writes a time span in words, such as "3 hours", to `out`, and returns `out`.
enum { CONDITION_DURATION = 32 };
const char *condition_duration(int64_t seconds, char out[CONDITION_DURATION]);

#endif
