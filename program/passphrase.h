// SPDX-License-Identifier: MIT
//
// The passphrase of a key: the first line of a file.
#ifndef PROGRAM_PASSPHRASE_H
#define PROGRAM_PASSPHRASE_H

#include <ocsp/openssl.h>

#include <stddef.h>

// PASSPHRASE_MAX is the most octets of a passphrase; libcrypto takes no more.
enum { PASSPHRASE_MAX = 1023 };

// struct passphrase is a passphrase, with a NUL that is not counted.
struct passphrase {
    char text[PASSPHRASE_MAX + 1];
    int len;  // -1: there is no passphrase
};

// passphrase_read reads the first line of `file`, which must be a regular file that others can
// neither read nor write; a NULL `file` has no passphrase. Returns NULL, or, without a passphrase
// in `*out`, a static text that says what is wrong with the file.
const char *passphrase_read(const char *file, struct passphrase *out);

// passphrase_take is passphrase_read() for the content of a file.
const char *passphrase_take(const char *text, size_t len, struct passphrase *out);

// passphrase_forget overwrites a passphrase.
void passphrase_forget(struct passphrase *passphrase);

// passphrase_source makes libocsp-openssl use a passphrase and never ask on a terminal.
struct oc_openssl_passphrase passphrase_source(struct passphrase *passphrase);

#endif
