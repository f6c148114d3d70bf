// SPDX-License-Identifier: MIT
//
// Suspends a connection while its answer is being signed, and resumes it when the answer arrives
// in another thread, which may be before the connection was suspended.
#ifndef HTTP_SUSPEND_H
#define HTTP_SUSPEND_H

#include "answer/reply.h"
#include "http/connection.h"

#include <microhttpd.h>

struct engine;

// suspend_ask asks the engine. Returns true with the answer in `*reply`; or false if the
// connection was suspended: its handler is then called again when it resumes, and suspend_take
// returns the answer. If `*is_stopping`, nothing is suspended, and the answer is tryLater.
bool suspend_ask(struct connection *connection, struct MHD_Connection *mhd, struct engine *engine,
                 struct oc_bytes request, const atomic_bool *is_stopping, struct reply *reply);
void suspend_take(struct connection *connection, struct reply *reply);

// suspend_give_up resumes a connection, if it is suspended, with tryLater. Any thread may call it
// while the connection cannot be removed. suspend_end must be called before a connection is
// removed.
void suspend_give_up(struct connection *connection);
void suspend_end(struct connection *connection);

#endif
