// SPDX-License-Identifier: MIT
//
// From a request to its answer: out of the cache, out of what was saved before a restart, or signed
// now.
#ifndef ANSWER_ASK_H
#define ANSWER_ASK_H

#include "answer/engine.h"
#include "answer/reply.h"

// engine_ask answers a request. Returns true with `*reply` when there is an answer at once;
// otherwise `waiter->ready` will be called. May be called by any number of threads.
bool engine_ask(struct engine *engine, struct oc_bytes request, struct engine_waiter *waiter,
                struct reply *reply);

// ask_refresh has an answer signed anew, while nobody waits for it. The caller holds `generation`,
// and sees to it that it stays the current one.
void ask_refresh(struct engine *engine, struct generation *generation, const struct cached *cached);

#endif
