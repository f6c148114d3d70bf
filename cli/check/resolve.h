// SPDX-License-Identifier: MIT
//
// Looking up the addresses of a host, within a time limit.
#ifndef CLI_CHECK_RESOLVE_H
#define CLI_CHECK_RESOLVE_H

#include <stddef.h>
#include <sys/socket.h>

// RESOLVE_MAX is the largest number of addresses of a host that are tried.
enum { RESOLVE_MAX = 8 };

// struct address is an address to connect to.
struct address {
    int family;
    socklen_t len;
    struct sockaddr_storage socket;
};

// resolve finds the addresses of a host for TCP, within `milliseconds`. Returns how many there are;
// or 0, with a static text in `*why` that says why, or NULL if the host has no address.
size_t resolve(const char *host, const char *port, long milliseconds,
               struct address out[RESOLVE_MAX], const char **why);

#endif
