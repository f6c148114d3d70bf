// SPDX-License-Identifier: MIT
//
// When to ask for a newer staple. The functions are pure: the caller provides the time and the
// random numbers.
#ifndef CLI_STAPLE_PLAN_H
#define CLI_STAPLE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

// The first wait after a failure, and the longest, in seconds.
enum { STAPLE_RETRY_FIRST = 60, STAPLE_RETRY_LONGEST = 3600 };

// STAPLE_SPREAD_MAX is the largest `spread`: random numbers from -STAPLE_SPREAD_MAX to it keep
// many servers from asking at the same moment.
enum { STAPLE_SPREAD_MAX = 1000 };

// struct staple_validity is the time in which servers may send a staple, in seconds since 1970.
// `signer_end` is when its signer's certificate expires, INT64_MAX if that does not matter.
struct staple_validity {
    int64_t from;
    int64_t until;
    int64_t signer_end;
};

// staple_plan_refresh returns when to replace a staple: in the middle of its validity, earlier or
// later by `spread`, at most a tenth, and always before its signer's certificate expires.
int64_t staple_plan_refresh(const struct staple_validity *validity, int spread);

// staple_plan_retry returns when to ask again after `n_failures` in a row, at least 1. The wait
// doubles each time and becomes shorter towards the end of `validity`, which is NULL without a
// staple.
int64_t staple_plan_retry(int64_t now, unsigned n_failures, const struct staple_validity *validity,
                          int spread);

// staple_plan_is_expiring returns whether at most a quarter of the validity is left,
// staple_plan_is_expired whether none is.
bool staple_plan_is_expiring(const struct staple_validity *validity, int64_t now);
bool staple_plan_is_expired(const struct staple_validity *validity, int64_t now);

#endif
