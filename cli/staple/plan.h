// SPDX-License-Identifier: MIT
//
// When to ask for a newer staple: times in, times out. The clock and the random numbers are
// the caller's.
#ifndef CLI_STAPLE_PLAN_H
#define CLI_STAPLE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

// The first wait after a failure, and the longest, in seconds.
enum { STAPLE_RETRY_FIRST = 60, STAPLE_RETRY_LONGEST = 3600 };

// STAPLE_SPREAD_MAX is the largest `spread`: random numbers from -STAPLE_SPREAD_MAX to it keep
// many servers from asking at the same moment.
enum { STAPLE_SPREAD_MAX = 1000 };

// struct staple_validity is from when to when a staple may be shown, in seconds since 1970.
// `signer_end` is when its signer's certificate ends, INT64_MAX when that does not matter.
struct staple_validity {
    int64_t from;
    int64_t until;
    int64_t signer_end;
};

// staple_plan_refresh is when to replace a staple: in the middle of its validity, at most a tenth
// of that earlier or later by `spread`, and always before its signer's certificate ends.
int64_t staple_plan_refresh(const struct staple_validity *validity, int spread);

// staple_plan_retry is when to ask again after `n_failures` in a row, 1 at least. The wait doubles
// each time, and gets shorter as the end of `validity` comes near; NULL is no staple.
int64_t staple_plan_retry(int64_t now, unsigned n_failures, const struct staple_validity *validity,
                          int spread);

// staple_plan_is_expiring tells whether a quarter of the validity is left, or less;
// staple_plan_is_expired whether nothing is.
bool staple_plan_is_expiring(const struct staple_validity *validity, int64_t now);
bool staple_plan_is_expired(const struct staple_validity *validity, int64_t now);

#endif
