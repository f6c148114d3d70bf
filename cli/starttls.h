// SPDX-License-Identifier: MIT
//
// What is said in the clear before a handshake, by protocol.
#ifndef CLI_STARTTLS_H
#define CLI_STARTTLS_H

#include <stdbool.h>
#include <stddef.h>

// enum starttls is the protocol; STARTTLS_NONE begins with the handshake.
enum starttls {
    STARTTLS_NONE = 0,
    STARTTLS_SMTP,      // RFC 3207
    STARTTLS_IMAP,      // RFC 9051 6.2.1
    STARTTLS_POP3,      // RFC 2595 4
    STARTTLS_LDAP,      // RFC 4511 4.14
    STARTTLS_POSTGRES,  // SSLRequest
    STARTTLS_FTP,       // RFC 4217 4
};

// starttls_from_name finds a protocol by its name, for instance "smtp". Returns false for a name
// that is none.
bool starttls_from_name(const char *name, enum starttls *out);

// starttls_port is the port of a protocol, as text; 443 for STARTTLS_NONE.
const char *starttls_port(enum starttls protocol);

// struct starttls_line is how to talk. `wait` waits until the socket `fd`, which does not block,
// can be read, or written to; it returns false when the time is over.
struct starttls_line {
    int fd;
    bool (*wait)(void *arg, bool to_write);
    void *arg;
};

// starttls_run asks the server for TLS. Returns NULL when the handshake may begin, or a static
// text that says why not.
const char *starttls_run(enum starttls protocol, const struct starttls_line *line);

#endif
