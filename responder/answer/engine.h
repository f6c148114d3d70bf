// SPDX-License-Identifier: MIT
//
// The process in front, without HTTP: requests in, answers out, from the cache, from what was
// saved, or signed for it. It owns what is served and the link to the signer, and lets both be
// exchanged while it works.
#ifndef ANSWER_ENGINE_H
#define ANSWER_ENGINE_H

#include "answer/cache.h"
#include "config/config.h"

#include <ocsp/base.h>
#include <ocsp/response.h>

struct engine;

// struct reply is an answer. `cached` is one that others may cache; `own` is the answer to this
// request alone, of `own_len` octets from malloc(); both are NULL for an error, which
// answer_error() has. `status` is that of the OCSPResponse.
struct reply {
    enum oc_response_status status;
    struct cached *cached;
    uint8_t *own;
    size_t own_len;
    enum oc_hash hash;  // of the first cert ID, for counting; OC_HASH_OTHER when there is none
    bool is_hit;        // it was in the memory
};

// struct engine_waiter is who waits for an answer that is being signed. It belongs to the caller
// and must stay until `ready` was called, in another thread.
struct engine_waiter {
    void (*ready)(struct engine_waiter *waiter, const struct reply *reply);
    struct engine_waiter *next;
};

// engine_new makes a front that serves nothing yet: every answer is tryLater. engine_free saves
// what waits for that and ends it; who waits for an answer is told tryLater before.
struct engine *engine_new(char *why, size_t size);
void engine_free(struct engine *engine);

// engine_serve begins to serve a configuration, of which it becomes the owner, with the signer
// process behind `signer_socket`, which it owns in any case. Requests go on being answered in the
// meantime, by what was served before. On failure that stays. Returns false, and the reason in
// `why`.
bool engine_serve(struct engine *engine, struct config *config, int signer_socket, char *why,
                  size_t size);

// engine_renew_signer exchanges the signer process alone, in the same way. No source is read.
bool engine_renew_signer(struct engine *engine, int signer_socket, char *why, size_t size);

// engine_has_signer_process tells whether the signer process is there and answers.
bool engine_has_signer_process(struct engine *engine);

// engine_ask answers a request. Returns true with `*reply` when there is an answer at once;
// otherwise `waiter->ready` will be called. By any number of threads.
bool engine_ask(struct engine *engine, struct oc_bytes request, struct engine_waiter *waiter,
                struct reply *reply);

// reply_release gives back what a reply owns.
void reply_release(struct reply *reply);

// engine_tick does what is due: takes changes from the stores, refreshes answers before they get
// old, saves new ones, warns about signers that end. To be called some times a second, by one
// thread.
void engine_tick(struct engine *engine);

// engine_free_retired ends what was replaced and is not used any more, which may take some time. To
// be called now and then, by another thread than engine_tick.
void engine_free_retired(struct engine *engine);

// struct engine_status is what it looks like inside, for metrics and health.
struct engine_status {
    struct cache_counts cache;
    size_t sign_queue;
    bool is_signer_alive;
    bool is_store_well;   // every store could be read at the last tick
    bool has_signers;     // every issuer has one that is valid now
    int64_t signer_ends;  // when the first issuer will have none; 0: there is no issuer
    uint64_t n_signed;
    uint64_t n_sign_failed;
    uint64_t n_refused;    // because the queue was full
    uint64_t n_not_saved;  // answers that a restart will not find
};

void engine_status_get(struct engine *engine, struct engine_status *out);

#endif
