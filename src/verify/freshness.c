// SPDX-License-Identifier: MIT
//
// The times of a response against the caller's clock (RFC 6960 3.2, 4.2.2.1). Any time may
// be as far away as 64 bits reach: sums stop at the ends.
#include "verify/freshness.h"

int64_t oci_add_seconds(int64_t time, int64_t seconds)
{
    return time > INT64_MAX - seconds ? INT64_MAX : time + seconds;
}

static bool check_next_update(struct judge *judge, const struct oc_single_response *single,
                              const uint8_t *at)
{
    const struct oc_policy *policy = judge->policy;
    if (single->has_next_update) {
        if (oci_add_seconds(single->next_update, policy->skew) <= policy->now)
            return oci_refuse(judge, OC_ERR_EXPIRED, at,
                              "nextUpdate has passed (RFC 6960 3.2, 4.2.2.1)");
        return true;
    }
    if (policy->max_age == 0)
        return oci_refuse(judge, OC_ERR_TOO_OLD, at, "there is no nextUpdate (RFC 9919 5)");
    if (oci_add_seconds(oci_add_seconds(single->this_update, policy->max_age), policy->skew) <
        policy->now)
        return oci_refuse(judge, OC_ERR_TOO_OLD, at,
                          "thisUpdate is too long ago, and there is no nextUpdate (RFC 6960 3.2)");
    return true;
}

bool oci_check_times(struct judge *judge, const struct oc_response *resp,
                     const struct oc_single_response *single, const uint8_t *at)
{
    int64_t latest = oci_add_seconds(judge->policy->now, judge->policy->skew);
    if (single->has_next_update && single->next_update < single->this_update)
        return oci_refuse(judge, OC_ERR_TIME_ORDER, at,
                          "nextUpdate is before thisUpdate (RFC 6960 4.2.2.1)");
    if (judge->policy->ignore_times)
        return true;
    if (single->this_update > latest)
        return oci_refuse(judge, OC_ERR_NOT_YET, at,
                          "thisUpdate is in the future (RFC 6960 3.2, 4.2.2.1)");
    if (resp->produced_at > latest)
        return oci_refuse(judge, OC_ERR_NOT_YET, resp->tbs.data,
                          "producedAt is in the future (RFC 6960 4.2.2.1)");
    return check_next_update(judge, single, at);
}

bool oci_is_valid_now(const struct oc_policy *policy, const struct oc_cert *cert)
{
    return policy->ignore_times ||
           (cert->not_before <= oci_add_seconds(policy->now, policy->skew) &&
            oci_add_seconds(cert->not_after, policy->skew) >= policy->now);
}

int64_t oci_ask_again(const struct oc_policy *policy, const struct oc_single_response *single,
                      int64_t signer_end)
{
    int64_t middle = policy->now;
    if (single->has_next_update)
        middle = single->this_update + (single->next_update - single->this_update) / 2;
    if (middle > signer_end)
        middle = signer_end;
    return middle > policy->now ? middle : policy->now;
}
