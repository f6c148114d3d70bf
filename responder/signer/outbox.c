// SPDX-License-Identifier: MIT
//
// Jobs are sent in the order in which they came; what waits is put together into larger packets.
#include "signer/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// BATCH_MAX is the most jobs of one packet: one thread of the signer process signs them in turn.
enum { BATCH_MAX = 8 };

// struct unsent is a job that waits, as a message in its frame.
struct unsent {
    struct unsent *next;
    uint64_t number;
    size_t len;
    uint8_t octets[];
};

static bool transmit(int socket, const uint8_t *octets, size_t len, int flags)
{
    ssize_t n;
    do
        n = send(socket, octets, len, flags | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}

static bool enqueue(struct outbox *outbox, uint64_t number, const uint8_t *octets, size_t len)
{
    struct unsent *unsent = malloc(sizeof *unsent + len);
    if (unsent == NULL)
        return false;
    *unsent = (struct unsent){.number = number, .len = len};
    memcpy(unsent->octets, octets, len);
    pthread_mutex_lock(&outbox->lock);
    // Late jobs have lost their slot but may still be queued here, so the queue has its own bound.
    bool ok = !outbox->is_closed && outbox->n < outbox->slots->n;
    if (ok) {
        *outbox->last = unsent;
        outbox->last = &unsent->next;
        outbox->n++;
        pthread_cond_signal(&outbox->wake);
    }
    pthread_mutex_unlock(&outbox->lock);
    if (!ok)
        free(unsent);
    return ok;
}

bool outbox_send(struct outbox *outbox, uint64_t number, const uint8_t *octets, size_t len)
{
    // Jobs that wait already are sent first.
    if (outbox->n == 0) {
        if (transmit(outbox->socket, octets, len, MSG_DONTWAIT))
            return true;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return false;
    }
    return enqueue(outbox, number, octets, len);
}

// The first job that waits, if it fits in `room`. The caller holds the lock.
static struct unsent *take_first(struct outbox *outbox, size_t room)
{
    struct unsent *unsent = outbox->first;
    if (unsent == NULL || unsent->len > room)
        return NULL;
    outbox->first = unsent->next;
    if (outbox->first == NULL)
        outbox->last = &outbox->first;
    return unsent;
}

// Puts what waits into one packet, without the jobs that have lost their slot. Returns how many
// jobs were taken, and in `*len` how many bytes there are to send.
static size_t fill_packet(struct outbox *outbox, size_t *len)
{
    struct unsent *unsent;
    size_t n = 0;
    *len = 0;
    pthread_mutex_lock(&outbox->lock);
    while (!outbox->is_closed && outbox->first == NULL)
        pthread_cond_wait(&outbox->wake, &outbox->lock);
    while (!outbox->is_closed && n < BATCH_MAX &&
           (unsent = take_first(outbox, sizeof outbox->packet - *len)) != NULL) {
        if (slots_has(outbox->slots, unsent->number)) {
            memcpy(outbox->packet + *len, unsent->octets, unsent->len);
            *len += unsent->len;
        }
        free(unsent);
        n++;
    }
    pthread_mutex_unlock(&outbox->lock);
    return n;
}

// The receiving thread notices the end of the socket, so a failure needs nothing here.
static void *send_packets(void *arg)
{
    struct outbox *outbox = arg;
    size_t n;
    size_t len;
    while ((n = fill_packet(outbox, &len)) > 0) {
        if (len > 0)
            transmit(outbox->socket, outbox->packet, len, 0);
        outbox->n -= n;
    }
    return NULL;
}

int outbox_start(struct outbox *outbox, int socket, struct slots *slots)
{
    outbox->socket = socket;
    outbox->slots = slots;
    outbox->first = NULL;
    outbox->last = &outbox->first;
    outbox->is_closed = false;
    atomic_init(&outbox->n, 0);
    pthread_mutex_init(&outbox->lock, NULL);
    pthread_cond_init(&outbox->wake, NULL);
    return pthread_create(&outbox->thread, NULL, send_packets, outbox);
}

void outbox_close(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    outbox->is_closed = true;
    pthread_cond_signal(&outbox->wake);
    pthread_mutex_unlock(&outbox->lock);
}

void outbox_join(struct outbox *outbox)
{
    struct unsent *next;
    pthread_join(outbox->thread, NULL);
    for (struct unsent *unsent = outbox->first; unsent != NULL; unsent = next) {
        next = unsent->next;
        free(unsent);
    }
    pthread_cond_destroy(&outbox->wake);
    pthread_mutex_destroy(&outbox->lock);
}
