// SPDX-License-Identifier: MIT
//
// The addresses that ocspd listens on, as the configuration writes them: "ADDRESS:PORT",
// "[ADDRESS]:PORT", "*:PORT", "unix:PATH[,mode=OCTAL]" and "systemd". Addresses are numeric, so
// that ocspd starts without a name server.
#ifndef BASE_LISTEN_ADDRESS_H
#define BASE_LISTEN_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

// LISTEN_MAX is the most listening sockets, including the one for metrics.
enum { LISTEN_MAX = 128 };

union any_address {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
    struct sockaddr_storage storage;
};

// struct listen_address is one address of the configuration. `is_both` is set for "*:PORT", which
// means IPv4 and IPv6; `address` is then the IPv4 one. `is_passed` is set for "systemd", the
// sockets that systemd passes.
struct listen_address {
    union any_address address;
    socklen_t len;
    mode_t mode;
    bool is_both;
    bool is_passed;
};

// listen_address_read parses `text`. Returns false and writes the reason to the `size` bytes at
// `why` if it is not an address.
bool listen_address_read(const char *text, struct listen_address *out, char *why, size_t size);

// listen_address_check does the same, but returns the verdict alone.
bool listen_address_check(const char *text, char *why, size_t size);

// listen_address_overlap returns whether two addresses cannot be bound at the same time, whatever
// their notation: *:80 includes 127.0.0.1:80. Port 0 never overlaps, because the system chooses
// another port each time.
bool listen_address_overlap(const char *a, const char *b);

#endif
