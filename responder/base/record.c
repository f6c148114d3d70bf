// SPDX-License-Identifier: MIT
//
// Records and their reasons.
#include "base/record.h"

#include <ocsp/extension.h>

bool record_equal(const struct record *a, const struct record *b)
{
    return a->status == b->status && a->revoked_at == b->revoked_at &&
           a->has_reason == b->has_reason && a->reason == b->reason &&
           a->this_update == b->this_update && a->next_update == b->next_update;
}

bool record_reason_is_valid(long reason)
{
    return reason > OC_REASON_UNSPECIFIED && reason <= OC_REASON_AA_COMPROMISE && reason != 7 &&
           reason != OC_REASON_REMOVE_FROM_CRL;
}
