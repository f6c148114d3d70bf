// SPDX-License-Identifier: MIT
//
// The private key to sign with, and the passphrase that it may need.
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include <ocsp/openssl.h>

// key_load loads the private key in the file `name`, or in standard input for "-", or, if
// there is no such file, that of a URI. Its passphrase is the first line of
// `passphrase_file`, or is asked for on the terminal when that is NULL.
//
// Returns NULL after an error line, in which of a URI the query is left out, for it may hold
// a PIN. oc_openssl_key_free() frees the key.
struct oc_private_key *key_load(const char *name, const char *passphrase_file);

#endif
