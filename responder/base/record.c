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

void record_compromise(struct record *record, int64_t since)
{
    // The issuer's statement does not depend on how current its source is.
    record->this_update = 0;
    record->next_update = 0;
    if (record->status == RECORD_REVOKED && record->revoked_at < since)
        return;
    record->status = RECORD_REVOKED;
    record->revoked_at = since;
    record->has_reason = true;
    record->reason = OC_REASON_CA_COMPROMISE;
}

bool record_reason_is_valid(long reason)
{
    return reason > OC_REASON_UNSPECIFIED && reason <= OC_REASON_AA_COMPROMISE && reason != 7 &&
           reason != OC_REASON_REMOVE_FROM_CRL;
}
