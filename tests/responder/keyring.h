// SPDX-License-Identifier: MIT
//
// The keys and certificates of the world of scene.h in files, for those who load them.
#ifndef TESTS_RESPONDER_KEYRING_H
#define TESTS_RESPONDER_KEYRING_H

#include "scene.h"

// keyring_start makes a folder, keyring_stop removes it with all that is in it.
void keyring_start(void);
void keyring_stop(void);

// Each of these writes a file, once, and returns its path, valid until keyring_stop(). A key is in
// PEM, encrypted when there is a passphrase.
const char *keyring_cert(enum cert_name name);
const char *keyring_key(enum key_name name, const char *passphrase);
const char *keyring_text(const char *name, const void *text, size_t len, unsigned mode);

#endif
