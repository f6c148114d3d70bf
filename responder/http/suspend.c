// SPDX-License-Identifier: MIT
//
// Each connection has its own lock, `connection->lock`, for `connection->suspension` and what it
// points to. Three things need it. libmicrohttpd must have suspended a connection before another
// thread resumes it, so suspending and marking it as suspended are one step. A daemon must not be
// stopped while another thread is inside MHD_resume_connection(), so that is called under the lock,
// which http_free() takes of each connection first. And http_sweep() gives up in its own thread.
//
// An answer that arrives at once needs no lock.
#include "http/suspend.h"

#include "answer/ask.h"

#include <stdlib.h>

// enum suspension_state is where the answer is.
enum suspension_state {
    SUSPENSION_NONE = 0,   // nothing was asked
    SUSPENSION_ASKED,      // the engine makes it, the connection runs
    SUSPENSION_SUSPENDED,  // the engine makes it, the connection is suspended
    SUSPENSION_READY,      // in `reply`
    SUSPENSION_GIVEN_UP,   // it is not wanted any more; the engine's thread frees the suspension
};

// struct suspension is what the engine calls back with. It is kept for the next request, unless it
// was given up; then it holds its connection, whose lock the engine's thread still needs.
struct suspension {
    struct engine_waiter waiter;  // must be the first member
    struct connection *connection;
    struct MHD_Connection *mhd;
    _Atomic(enum suspension_state) state;
    struct reply reply;
};

static void ready(struct engine_waiter *waiter, const struct reply *reply)
{
    struct suspension *suspension = (struct suspension *)(void *)waiter;
    struct connection *connection = suspension->connection;
    struct reply unwanted = *reply;
    pthread_mutex_lock(&connection->lock);
    enum suspension_state before = suspension->state;
    if (before != SUSPENSION_GIVEN_UP) {
        suspension->reply = *reply;
        suspension->state = SUSPENSION_READY;
    }
    if (before == SUSPENSION_SUSPENDED)
        MHD_resume_connection(suspension->mhd);
    pthread_mutex_unlock(&connection->lock);
    if (before != SUSPENSION_GIVEN_UP)
        return;
    reply_release(&unwanted);
    free(suspension);
    connection_release(connection);
}

static bool try_later(struct reply *reply)
{
    *reply = (struct reply){.status = OC_RESPONSE_TRY_LATER};
    return true;
}

static void give_up(struct connection *connection)
{
    connection_hold(connection);
    connection->suspension->state = SUSPENSION_GIVEN_UP;
    connection->suspension = NULL;
}

static void take_reply(struct suspension *suspension, struct reply *reply)
{
    *reply = suspension->reply;
    suspension->reply = (struct reply){0};
    suspension->state = SUSPENSION_NONE;
}

static bool suspend(struct connection *connection, const atomic_bool *is_stopping,
                    struct reply *reply)
{
    bool has_reply = true;
    pthread_mutex_lock(&connection->lock);
    if (connection->suspension->state == SUSPENSION_READY) {
        take_reply(connection->suspension, reply);
    } else if (atomic_load(is_stopping)) {
        give_up(connection);
        try_later(reply);
    } else {
        MHD_suspend_connection(connection->suspension->mhd);
        connection->suspension->state = SUSPENSION_SUSPENDED;
        has_reply = false;
    }
    pthread_mutex_unlock(&connection->lock);
    return has_reply;
}

// Only the connection's own thread replaces NULL, so it may read the pointer without the lock.
static struct suspension *suspension_of(struct connection *connection)
{
    if (connection->suspension != NULL)
        return connection->suspension;
    struct suspension *suspension = calloc(1, sizeof *suspension);
    if (suspension == NULL)
        return NULL;
    suspension->connection = connection;
    pthread_mutex_lock(&connection->lock);
    connection->suspension = suspension;
    pthread_mutex_unlock(&connection->lock);
    return suspension;
}

bool suspend_ask(struct connection *connection, struct MHD_Connection *mhd, struct engine *engine,
                 struct oc_bytes request, const atomic_bool *is_stopping, struct reply *reply)
{
    struct suspension *suspension = suspension_of(connection);
    if (suspension == NULL)
        return try_later(reply);
    _Static_assert(sizeof connection->request.id == ENGINE_LOG_ID_SIZE, "the size of a log id");
    suspension->waiter = (struct engine_waiter){
        .ready = ready,
        .log_id = connection->request.is_logged ? connection->request.id : NULL,
    };
    suspension->mhd = mhd;
    atomic_store_explicit(&suspension->state, SUSPENSION_ASKED, memory_order_relaxed);
    if (!engine_ask(engine, request, &suspension->waiter, reply))
        return suspend(connection, is_stopping, reply);
    atomic_store_explicit(&suspension->state, SUSPENSION_NONE, memory_order_relaxed);
    return true;
}

void suspend_take(struct connection *connection, struct reply *reply)
{
    pthread_mutex_lock(&connection->lock);
    struct suspension *suspension = connection->suspension;
    if (suspension != NULL && suspension->state == SUSPENSION_READY)
        take_reply(suspension, reply);
    else
        try_later(reply);
    pthread_mutex_unlock(&connection->lock);
}

void suspend_give_up(struct connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    struct suspension *suspension = connection->suspension;
    if (suspension != NULL && suspension->state == SUSPENSION_SUSPENDED) {
        give_up(connection);
        MHD_resume_connection(suspension->mhd);
    }
    pthread_mutex_unlock(&connection->lock);
}

void suspend_end(struct connection *connection)
{
    struct reply unwanted = {0};
    pthread_mutex_lock(&connection->lock);
    struct suspension *suspension = connection->suspension;
    if (suspension != NULL && suspension->state == SUSPENSION_READY)
        take_reply(suspension, &unwanted);
    if (suspension != NULL && suspension->state != SUSPENSION_NONE) {
        give_up(connection);
        suspension = NULL;
    }
    connection->suspension = NULL;
    pthread_mutex_unlock(&connection->lock);
    free(suspension);
    reply_release(&unwanted);
}
