// SPDX-License-Identifier: MIT
//
// Listening sockets. The supervisor opens them, because the worker has no right to, and keeps them
// over reloads.
#ifndef PROCESS_SOCKETS_H
#define PROCESS_SOCKETS_H

#include "base/listen_address.h"
#include "config/config.h"

// struct listener is one socket. `address` is its name in the configuration; "*:PORT" and "systemd"
// may have several sockets. `unix_path` is the file of a Unix socket that was created here, "" for
// other sockets.
struct listener {
    char address[160];
    char unix_path[108];
    bool is_admin;
    int fd;
};

// struct listeners is all sockets of a configuration, in the order of its addresses. The last one
// is for metrics if `has_admin`.
struct listeners {
    struct listener items[LISTEN_MAX];
    size_t n;
    bool has_admin;
};

// sockets_open opens the sockets of a configuration into `*out`. Sockets of `old` for the same
// address are reused; `old` may be NULL. Returns false and the reason in `why` if one cannot be
// opened; then no new socket is left open.
bool sockets_open(const struct config *config, const struct listeners *old, struct listeners *out,
                  char *why, size_t size);

// sockets_close closes the sockets of `*these` that are not in `kept`, and removes the files of
// Unix sockets; `kept` may be NULL.
void sockets_close(struct listeners *these, const struct listeners *kept);

// sockets_name writes the address that a socket listens on, with the port that the system has
// chosen.
void sockets_name(const struct listener *listener, char *out, size_t size);

#endif
