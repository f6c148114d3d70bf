// SPDX-License-Identifier: MIT
//
// The answer to a request, and how it reaches a caller that has to wait for a signature.
#ifndef ANSWER_REPLY_H
#define ANSWER_REPLY_H

#include "answer/cached.h"

#include <ocsp/base.h>
#include <ocsp/response.h>

// struct reply is an answer. `cached` may be sent to anybody; `own` is for this request alone, of
// `own_len` bytes from malloc(). Both are NULL for an error, whose bytes answer_error() returns.
// `status` is the status of the OCSPResponse.
struct reply {
    enum oc_response_status status;
    struct cached *cached;
    uint8_t *own;
    size_t own_len;
    enum oc_hash hash;  // of the first cert ID, for counting; OC_HASH_OTHER when there is none
    bool is_hit;        // it came from the cache
};

// ENGINE_LOG_ID_SIZE holds a SHA-256 in hex and its NUL.
enum { ENGINE_LOG_ID_SIZE = 65 };

// struct engine_waiter is a caller that waits for an answer that is being signed. It belongs to the
// caller and must stay until `ready` was called, in another thread. If `log_id` is not NULL,
// engine_ask() writes ENGINE_LOG_ID_SIZE bytes there before it returns: the SHA-256 of the first
// cert ID in hex, or "" if there is none.
struct engine_waiter {
    void (*ready)(struct engine_waiter *waiter, const struct reply *reply);
    char *log_id;
    struct engine_waiter *next;
};

// reply_error makes `*reply` an error, and reply_cached an answer that takes the caller's ownership
// of `cached`. Both return true: there is an answer.
bool reply_error(struct reply *reply, enum oc_response_status status);
bool reply_cached(struct reply *reply, struct cached *cached);

// reply_release frees what a reply owns.
void reply_release(struct reply *reply);

// reply_send calls `waiter` with a reply: the answer `cached`, or tryLater when it is NULL.
// reply_send_all does so for a list of waiters, and reply_send_own sends one waiter a copy of
// `der`, or tryLater when that is absent or memory is short.
void reply_send(struct engine_waiter *waiter, enum oc_hash hash, struct cached *cached);
void reply_send_all(struct engine_waiter *waiters, enum oc_hash hash, struct cached *cached);
void reply_send_own(struct engine_waiter *waiter, enum oc_hash hash, struct oc_bytes der);

#endif
