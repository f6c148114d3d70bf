// SPDX-License-Identifier: MIT
//
// The schedule. Times come from messages and lie in the years 1 to 9999, so differences fit 64
// bits.
#include "staple/plan.h"

#include <stddef.h>

static int64_t length_of(const struct staple_validity *validity)
{
    return validity->until > validity->from ? validity->until - validity->from : 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// Returns a tenth of `length`, scaled by `spread` / STAPLE_SPREAD_MAX.
static int64_t jitter(int64_t length, int spread)
{
    return length / 10 * spread / STAPLE_SPREAD_MAX;
}

int64_t staple_plan_refresh(const struct staple_validity *validity, int spread)
{
    int64_t length = length_of(validity);
    int64_t middle = validity->from + length / 2 + jitter(length, spread);
    if (validity->signer_end >= validity->until)
        return middle;
    // A signature is no longer believed when the signer's certificate has expired.
    int64_t usable = validity->signer_end - validity->from;
    return smaller(middle, validity->signer_end - (usable > 0 ? usable / 10 : 0));
}

int64_t staple_plan_retry(int64_t now, unsigned n_failures, const struct staple_validity *validity,
                          int spread)
{
    int64_t wait = STAPLE_RETRY_FIRST;
    for (unsigned i = 1; i < n_failures && wait < STAPLE_RETRY_LONGEST; i++)
        wait *= 2;
    wait = smaller(wait, STAPLE_RETRY_LONGEST);
    if (validity != NULL && validity->until > now) {
        int64_t share = (validity->until - now) / 4;
        wait = smaller(wait, share > STAPLE_RETRY_FIRST ? share : STAPLE_RETRY_FIRST);
    }
    return now + wait + jitter(wait, spread);
}

bool staple_plan_is_expiring(const struct staple_validity *validity, int64_t now)
{
    return now >= validity->until - length_of(validity) / 4;
}

bool staple_plan_is_expired(const struct staple_validity *validity, int64_t now)
{
    return now >= validity->until;
}
