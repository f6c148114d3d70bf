// SPDX-License-Identifier: MIT
//
// What a TLS server shows of itself: its chain, verified, and the staples in its handshake (RFC
// 6066 8): in TLS 1.3 each certificate may have one, before that only the server's own.
#ifndef CLI_TLS_H
#define CLI_TLS_H

#include "message.h"
#include "starttls.h"

// struct tls_options is how to connect. Times are in milliseconds; `ca_file` is NULL for the
// trust store of the system.
struct tls_options {
    const char *ca_file;
    bool insecure_no_chain_check;
    long connect_timeout;
    long timeout;
    enum starttls starttls;
};

// struct tls_peer is what was seen: the certificates, the server's first, and the staple of each,
// whose `data` is NULL when there was none.
struct tls_peer {
    struct octets *certs;
    struct octets *staples;
    size_t n_certs;
};

// tls_is_host tells whether a text could be HOST, HOST:PORT or [ADDRESS]:PORT.
bool tls_is_host(const char *text);

// tls_look makes one handshake with the server at `target`, whose port is that of the
// protocol if it has none, and ends it. The chain and the name are verified, unless the options say
// otherwise. Returns false, and in the `size` octets at `why` the reason, when it fails or takes
// too long. tls_peer_free frees what it made.
bool tls_look(const struct tls_options *options, const char *target, struct tls_peer *out,
              char *why, size_t size);
void tls_peer_free(struct tls_peer *peer);

#endif
