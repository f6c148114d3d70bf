// SPDX-License-Identifier: MIT
//
// The conversation in the clear before a TLS handshake, by protocol.
#ifndef CLI_CHECK_STARTTLS_H
#define CLI_CHECK_STARTTLS_H

#include <stdbool.h>
#include <stdint.h>

// enum starttls is the protocol. STARTTLS_NONE begins with the handshake.
enum starttls {
    STARTTLS_NONE = 0,
    STARTTLS_SMTP,      // RFC 3207
    STARTTLS_IMAP,      // RFC 9051 6.2.1
    STARTTLS_POP3,      // RFC 2595 4
    STARTTLS_LDAP,      // RFC 4511 4.14
    STARTTLS_POSTGRES,  // SSLRequest
    STARTTLS_FTP,       // RFC 4217 4
};

// starttls_from_name finds a protocol by its name, for instance "smtp". Returns false for an
// unknown name.
bool starttls_from_name(const char *name, enum starttls *out);

// starttls_port returns the default port of a protocol, as text; 443 for STARTTLS_NONE.
const char *starttls_port(enum starttls protocol);

// struct starttls_line is a non-blocking socket and its deadline, by clock_ms().
struct starttls_line {
    int fd;
    int64_t deadline;
};

// starttls_run asks the server for TLS. Returns NULL if the handshake may begin, or a static text
// that says why not.
const char *starttls_run(enum starttls protocol, const struct starttls_line *line);

#endif
