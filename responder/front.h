// SPDX-License-Identifier: MIT
//
// The process in front, without HTTP: requests in, answers out, from the cache, from what was
// saved, or signed for it. It owns what is served and the link to the signer, and lets both be
// exchanged while it works.
#ifndef RESPONDER_FRONT_H
#define RESPONDER_FRONT_H

#include "cache.h"
#include "config.h"

#include <ocsp/base.h>
#include <ocsp/response.h>

struct front;

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

// struct front_waiter is who waits for an answer that is being signed. It belongs to the caller
// and must stay until `ready` was called, in another thread.
struct front_waiter {
    void (*ready)(struct front_waiter *waiter, const struct reply *reply);
    struct front_waiter *next;
};

// front_new makes a front that serves nothing yet: every answer is tryLater. front_free saves what
// waits for that and ends it; who waits for an answer is told tryLater before.
struct front *front_new(char *why, size_t size);
void front_free(struct front *front);

// front_serve begins to serve a configuration, of which it becomes the owner, with the signer
// process behind `signer_socket`, which it owns in any case. Requests go on being answered in the
// meantime, by what was served before. On failure that stays. Returns false, and the reason in
// `why`.
bool front_serve(struct front *front, struct config *config, int signer_socket, char *why,
                 size_t size);

// front_renew_signer exchanges the signer process alone, in the same way. No source is read.
bool front_renew_signer(struct front *front, int signer_socket, char *why, size_t size);

// front_has_signer_process tells whether the signer process is there and answers.
bool front_has_signer_process(struct front *front);

// front_ask answers a request. Returns true with `*reply` when there is an answer at once;
// otherwise `waiter->ready` will be called. By any number of threads.
bool front_ask(struct front *front, struct oc_bytes request, struct front_waiter *waiter,
               struct reply *reply);

// reply_release gives back what a reply owns.
void reply_release(struct reply *reply);

// front_tick does what is due: takes changes from the stores, refreshes answers before they get
// old, saves new ones, warns about signers that end. To be called some times a second, by one
// thread.
void front_tick(struct front *front);

// front_end_retired ends what was replaced and is not used any more, which may take some time. To
// be called now and then, by another thread than front_tick.
void front_end_retired(struct front *front);

// struct front_state is what it looks like inside, for metrics and health.
struct front_state {
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

void front_look(struct front *front, struct front_state *out);

#endif
