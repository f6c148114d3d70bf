// SPDX-License-Identifier: MIT
//
// Waiting for an answer that is being signed: the connection rests meanwhile, and goes on when
// the answer comes in another thread, before or after it has been laid to rest.
#ifndef HTTP_SUSPEND_H
#define HTTP_SUSPEND_H

#include "http/connection.h"

// wait_ask asks the front. Returns true with the answer in `*reply`; or false when the connection
// rests: its handler is called again when it goes on, and then has wait_take() give the answer.
// With `is_ending` nothing is waited for: the answer is then tryLater.
bool wait_ask(struct connection *connection, struct MHD_Connection *mhd, struct engine *engine,
              struct oc_bytes request, const atomic_bool *is_ending, struct reply *reply);
void wait_take(struct connection *connection, struct reply *reply);

// wait_give_up lets a connection that rests go on with tryLater; by any thread, while the peer is
// sure to stay. wait_end is for the end of a connection.
void wait_give_up(struct connection *connection);
void wait_end(struct connection *connection);

#endif
