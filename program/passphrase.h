// SPDX-License-Identifier: MIT
//
// The passphrase of a key: the first line of a file that is not open to others.
#ifndef PROGRAM_PASSPHRASE_H
#define PROGRAM_PASSPHRASE_H

#include <ocsp/openssl.h>

// PASSPHRASE_MAX is the most octets of a passphrase.
enum { PASSPHRASE_MAX = 1023 };

// struct passphrase is one, or none.
struct passphrase {
    char text[PASSPHRASE_MAX];
    int len;  // -1: there is none
};

// passphrase_read reads the one in `file`; NULL is none. Returns NULL; or, with none in `*out`, a
// static text that says what is wrong with the file. passphrase_forget overwrites it.
const char *passphrase_read(const char *file, struct passphrase *out);
void passphrase_forget(struct passphrase *passphrase);

// passphrase_source gives it to libocsp-openssl, which never asks on a terminal then.
struct oc_openssl_passphrase passphrase_source(struct passphrase *passphrase);

#endif
