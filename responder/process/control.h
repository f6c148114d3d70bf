// SPDX-License-Identifier: MIT
//
// The packets between supervisor and worker, with descriptors, over a socket pair (SOCK_SEQPACKET).
#ifndef PROCESS_CONTROL_H
#define PROCESS_CONTROL_H

#include "process/sockets.h"

#include <stdint.h>

// enum control_kind is the kind of a packet.
enum control_kind {
    CONTROL_NONE = 0,
    CONTROL_SERVE,         // to the worker: a configuration, a signer's socket, listening sockets
    CONTROL_SIGNER,        // to the worker: a new signer's socket, for the same configuration
    CONTROL_DRAIN,         // to the worker: exit when the connections are closed
    CONTROL_REFUSED,       // to the worker: the last reload was refused, for the reason in `why`
    CONTROL_ACCEPTED,      // from the worker: the last CONTROL_SERVE or CONTROL_SIGNER is in effect
    CONTROL_REJECTED,      // from the worker: it is not, for the reason in `why`
    CONTROL_SIGNER_HANGS,  // from the worker: the signer does not answer
};

// The descriptors of CONTROL_SERVE are, in this order: the signer's socket, which is the only one
// of CONTROL_SIGNER; the text of the configuration; and the listening sockets, of which the last is
// for metrics if `has_admin`.
enum { CONTROL_SIGNER_SOCKET = 0, CONTROL_TEXT, CONTROL_SOCKETS, CONTROL_FDS_MAX = LISTEN_MAX + 2 };

// struct control is one packet.
struct control {
    enum control_kind kind;
    bool has_admin;
    char why[1024];
    int fds[CONTROL_FDS_MAX];
    size_t n_fds;
};

// control_send sends a packet without blocking; the descriptors remain the caller's. Returns false
// and sets errno on failure.
bool control_send(int socket, const struct control *control);

// control_receive waits for a packet; its descriptors are then the caller's. Returns false, with
// CONTROL_NONE, if the other end was closed or the packet is invalid.
bool control_receive(int socket, struct control *control);

// control_close closes the descriptors of a packet.
void control_close(struct control *control);

#endif
