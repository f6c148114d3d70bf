// SPDX-License-Identifier: MIT
//
// Replies, made, sent and released.
#include "answer/reply.h"

#include <stdlib.h>
#include <string.h>

bool reply_error(struct reply *reply, enum oc_response_status status)
{
    reply->status = status;
    return true;
}

bool reply_cached(struct reply *reply, struct cached *cached)
{
    reply->status = OC_RESPONSE_SUCCESSFUL;
    reply->cached = cached;
    return true;
}

void reply_release(struct reply *reply)
{
    cached_release(reply->cached);
    free(reply->own);
    *reply = (struct reply){0};
}

void reply_send(struct engine_waiter *waiter, enum oc_hash hash, struct cached *cached)
{
    struct reply reply = {.hash = hash};
    if (cached != NULL) {
        cached_hold(cached);
        reply_cached(&reply, cached);
    } else {
        reply_error(&reply, OC_RESPONSE_TRY_LATER);
    }
    waiter->ready(waiter, &reply);
}

void reply_send_all(struct engine_waiter *waiters, enum oc_hash hash, struct cached *cached)
{
    while (waiters != NULL) {
        struct engine_waiter *next = waiters->next;
        reply_send(waiters, hash, cached);
        waiters = next;
    }
}

void reply_send_own(struct engine_waiter *waiter, enum oc_hash hash, struct oc_bytes der)
{
    struct reply reply = {.status = OC_RESPONSE_SUCCESSFUL, .hash = hash};
    reply.own = der.data != NULL ? malloc(der.len) : NULL;
    reply.own_len = der.len;
    if (reply.own == NULL)
        reply_error(&reply, OC_RESPONSE_TRY_LATER);
    else
        memcpy(reply.own, der.data, der.len);
    waiter->ready(waiter, &reply);
}
