// SPDX-License-Identifier: MIT
//
// The jobs that could not be sent at once: the kernel takes only some packets at a time (sysctl
// net.unix.max_dgram_qlen). A thread sends them when it takes more.
#ifndef SIGNER_OUTBOX_H
#define SIGNER_OUTBOX_H

#include "signer/packet.h"
#include "signer/slots.h"

// struct outbox is the queue and its thread. `n` counts what was not sent yet.
struct outbox {
    int socket;
    struct slots *slots;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;  // there is a job, or the end
    struct unsent *first;
    struct unsent **last;
    bool is_closed;
    atomic_size_t n;
    uint8_t packet[PACKET_MAX];  // the thread's own
};

// outbox_start starts the thread that sends on `socket`; jobs that have lost their slot are left
// out. Returns 0, or an error number. `slots` must stay.
int outbox_start(struct outbox *outbox, int socket, struct slots *slots);

// outbox_send sends the framed job `number`, or queues it. Returns false when the queue is full, or
// the socket is at its end.
bool outbox_send(struct outbox *outbox, uint64_t number, const uint8_t *octets, size_t len);

// outbox_close lets the thread stop, and outbox_join waits for that and frees what was not sent.
void outbox_close(struct outbox *outbox);
void outbox_join(struct outbox *outbox);

#endif
