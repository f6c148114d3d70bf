// SPDX-License-Identifier: MIT
//
// The addresses that ocspd listens on, as the configuration writes them: "ADDRESS:PORT",
// "[ADDRESS]:PORT", "*:PORT", "unix:PATH[,mode=OCTAL]" and "systemd". Hosts are numbers, so that a
// start needs no name server.
#ifndef BASE_LISTEN_ADDRESS_H
#define BASE_LISTEN_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

// LISTEN_MAX is the most sockets that are listened on, the one for metrics included.
enum { LISTEN_MAX = 128 };

union any_address {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
    struct sockaddr_storage storage;
};

// struct listen_address is one address of the configuration. `is_both` is set for "*:PORT", whose
// IPv4 half is in `address`; `is_passed` for the sockets that systemd passes.
struct listen_address {
    union any_address address;
    socklen_t len;
    mode_t mode;
    bool is_both;
    bool is_passed;
};

// listen_address_read parses `text`. Returns false, with the reason in the `size` bytes at `why`,
// when it is not an address.
bool listen_address_read(const char *text, struct listen_address *out, char *why, size_t size);

// listen_address_check does the same for its verdict alone.
bool listen_address_check(const char *text, char *why, size_t size);

// listen_address_overlap returns whether two addresses cannot be bound at the same time, however
// they are written: *:80 includes 127.0.0.1:80. Port 0 never overlaps, since the system chooses
// another port each time.
bool listen_address_overlap(const char *a, const char *b);

#endif
