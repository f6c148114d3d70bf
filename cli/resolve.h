// SPDX-License-Identifier: MIT
//
// Names to addresses, within a time.
#ifndef CLI_RESOLVE_H
#define CLI_RESOLVE_H

#include <stddef.h>
#include <sys/socket.h>

// RESOLVE_MAX is the most addresses of a host that are tried.
enum { RESOLVE_MAX = 8 };

// struct address is one to connect to.
struct address {
    int family;
    socklen_t len;
    struct sockaddr_storage socket;
};

// resolve finds the addresses of a host for TCP, within `milliseconds`. Returns how many; 0, and
// in `*why` a static text, for none.
size_t resolve(const char *host, const char *port, long milliseconds,
               struct address out[RESOLVE_MAX], const char **why);

#endif
