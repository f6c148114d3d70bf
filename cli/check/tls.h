// SPDX-License-Identifier: MIT
//
// One TLS handshake: the server's chain, verified, and its staples (RFC 6066 8). In TLS 1.3 each
// certificate may have one, in earlier versions only the server's own.
#ifndef CLI_CHECK_TLS_H
#define CLI_CHECK_TLS_H

#include "check/starttls.h"
#include "message.h"

// struct tls_options is how to connect. Timeouts are in milliseconds; with `ca_file` NULL the trust
// store of the system counts.
struct tls_options {
    const char *ca_file;
    bool insecure_no_chain_check;
    long connect_timeout;
    long timeout;
    enum starttls starttls;
};

// struct tls_peer is what a server has sent: the certificates, its own first, and the staple of
// each, whose `data` is NULL if there is none.
struct tls_peer {
    struct octets *certs;
    struct octets *staples;
    size_t n_certs;
};

// tls_look connects to the server at `target`, by default at the port of the protocol, makes one
// handshake and closes the connection. It verifies the chain and the name unless the options say
// otherwise. Returns false, with the reason in the `size` octets at `why`, if this fails or takes
// too long. tls_peer_free frees what it allocated.
bool tls_look(const struct tls_options *options, const char *target, struct tls_peer *out,
              char *why, size_t size);
void tls_peer_free(struct tls_peer *peer);

#endif
