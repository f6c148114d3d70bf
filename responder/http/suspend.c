// SPDX-License-Identifier: MIT
//
// One lock for all of it: libmicrohttpd must have laid a connection to rest before it is woken,
// and must not be stopped while one is being woken. Answers that come at once do without.
#include "http/suspend.h"

#include "answer/answer.h"
#include "answer/ask.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t resting = PTHREAD_MUTEX_INITIALIZER;

static void ready(struct engine_waiter *waiter, const struct reply *reply)
{
    struct wait *wait = (struct wait *)(void *)waiter;  // its first member
    struct reply unwanted = *reply;
    pthread_mutex_lock(&resting);
    enum wait_state before = wait->state;
    if (before != WAIT_GIVEN_UP) {
        wait->reply = *reply;
        wait->state = WAIT_READY;
    }
    if (before == WAIT_SUSPENDED)
        MHD_resume_connection(wait->mhd);
    pthread_mutex_unlock(&resting);
    if (before != WAIT_GIVEN_UP)
        return;
    reply_release(&unwanted);
    free(wait);
}

static bool try_later(struct reply *reply)
{
    *reply = (struct reply){.status = OC_RESPONSE_TRY_LATER};
    return true;
}

// What was given up belongs to who brings the answer.
static void give_up(struct connection *connection)
{
    connection->wait->state = WAIT_GIVEN_UP;
    connection->wait = NULL;
}

static void take_reply(struct wait *wait, struct reply *reply)
{
    *reply = wait->reply;
    wait->reply = (struct reply){0};
    wait->state = WAIT_NONE;
}

static bool rest(struct connection *connection, const atomic_bool *is_ending, struct reply *reply)
{
    bool has_reply = true;
    pthread_mutex_lock(&resting);
    if (connection->wait->state == WAIT_READY) {
        take_reply(connection->wait, reply);
    } else if (atomic_load(is_ending)) {
        give_up(connection);
        try_later(reply);
    } else {
        MHD_suspend_connection(connection->wait->mhd);
        connection->wait->state = WAIT_SUSPENDED;
        has_reply = false;
    }
    pthread_mutex_unlock(&resting);
    return has_reply;
}

static struct wait *wait_of(struct connection *connection)
{
    if (connection->wait != NULL)
        return connection->wait;
    struct wait *wait = calloc(1, sizeof(*wait));
    pthread_mutex_lock(&resting);
    connection->wait = wait;
    pthread_mutex_unlock(&resting);
    return wait;
}

bool wait_ask(struct connection *connection, struct MHD_Connection *mhd, struct engine *engine,
              struct oc_bytes request, const atomic_bool *is_ending, struct reply *reply)
{
    struct wait *wait = wait_of(connection);
    if (wait == NULL)
        return try_later(reply);
    wait->waiter = (struct engine_waiter){.ready = ready};
    wait->mhd = mhd;
    atomic_store_explicit(&wait->state, WAIT_ASKED, memory_order_relaxed);
    if (!engine_ask(engine, request, &wait->waiter, reply))
        return rest(connection, is_ending, reply);
    atomic_store_explicit(&wait->state, WAIT_NONE, memory_order_relaxed);
    return true;
}

void wait_take(struct connection *connection, struct reply *reply)
{
    pthread_mutex_lock(&resting);
    if (connection->wait != NULL && connection->wait->state == WAIT_READY)
        take_reply(connection->wait, reply);
    else
        try_later(reply);
    pthread_mutex_unlock(&resting);
}

void wait_give_up(struct connection *connection)
{
    pthread_mutex_lock(&resting);
    struct wait *wait = connection->wait;
    if (wait != NULL && wait->state == WAIT_SUSPENDED) {
        give_up(connection);
        MHD_resume_connection(wait->mhd);
    }
    pthread_mutex_unlock(&resting);
}

void wait_end(struct connection *connection)
{
    pthread_mutex_lock(&resting);
    struct wait *wait = connection->wait;
    struct reply unwanted = {0};
    if (wait != NULL && wait->state == WAIT_READY)
        take_reply(wait, &unwanted);
    if (wait != NULL && wait->state != WAIT_NONE)
        give_up(connection);
    pthread_mutex_unlock(&resting);
    reply_release(&unwanted);
}
