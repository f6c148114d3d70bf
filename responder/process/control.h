// SPDX-License-Identifier: MIT
//
// What the first process and the one in front say to each other: packets with descriptors, over a
// socket pair (SOCK_SEQPACKET).
#ifndef PROCESS_CONTROL_H
#define PROCESS_CONTROL_H

#include "process/sockets.h"

#include <stdint.h>

// enum control_kind is what a packet is about.
enum control_kind {
    CONTROL_NONE = 0,
    CONTROL_SERVE,    // to the front: a configuration, a signer's socket, listening sockets
    CONTROL_SIGNER,   // to the front: a new signer's socket, for the configuration that it has
    CONTROL_DRAIN,    // to the front: end when what is under way is answered
    CONTROL_TAKEN,    // from the front: it works by what came last
    CONTROL_REFUSED,  // from the front: it does not, `why` says why
    CONTROL_SILENT,   // from the front: the signer does not answer
};

// The descriptors of CONTROL_SERVE stand in this order: the signer's socket, which is all that
// CONTROL_SIGNER has, the text of the configuration, and listening sockets, of which the last is
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

// control_send sends a packet without waiting; the descriptors stay the caller's. Returns false,
// and errno, when it cannot.
bool control_send(int socket, const struct control *control);

// control_receive takes a packet, whose descriptors are then the caller's, waiting for it. Returns
// false, with CONTROL_NONE, when the other end is gone or sends what is no packet of these.
bool control_receive(int socket, struct control *control);

// control_close closes the descriptors of a packet.
void control_close(struct control *control);

#endif
