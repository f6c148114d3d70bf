// SPDX-License-Identifier: MIT
//
// Listening sockets: opened by the first process, while it may, and kept over reloads.
#ifndef PROCESS_SOCKETS_H
#define PROCESS_SOCKETS_H

#include "base/listen_address.h"
#include "config/config.h"

// struct listener is one socket. `address` is what the configuration calls it; "*:PORT" and
// "systemd" may have several. `unix_path` is the file of a Unix socket that was made here, "" for
// others.
struct listener {
    char address[160];
    char unix_path[108];
    bool is_admin;
    int fd;
};

// struct listeners is all of a configuration's, in the order of its addresses. The last one is
// for metrics, if `has_admin`.
struct listeners {
    struct listener items[LISTEN_MAX];
    size_t n;
    bool has_admin;
};

// sockets_open opens the sockets of a configuration into `*out`. What `old` has already, for the
// same address, is taken from there; `old` may be NULL. Returns false, and the reason in `why`,
// when one cannot be had; then nothing new is left open.
bool sockets_open(const struct config *config, const struct listeners *old, struct listeners *out,
                  char *why, size_t size);

// sockets_close closes the sockets of `*these` that `kept` does not have, and removes the files of
// Unix sockets; `kept` may be NULL.
void sockets_close(struct listeners *these, const struct listeners *kept);

// sockets_name writes where a socket listens, the port included that the system has chosen.
void sockets_name(const struct listener *listener, char *out, size_t size);

#endif
