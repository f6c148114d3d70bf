// SPDX-License-Identifier: MIT
//
// The certificates in a server's file, which may also contain its private key.
#ifndef CLI_STAPLE_CHAIN_H
#define CLI_STAPLE_CHAIN_H

#include "program/input.h"

#include <ocsp/cert.h>

#include <stdbool.h>

// struct staple_chain is certificates, the server's first. `ders` are their octets.
struct staple_chain {
    struct octets *ders;
    struct oc_cert *certs;
    size_t n;
};

// staple_chain_load adds the certificates of a file, which must contain at least one. Returns false
// after an error line that begins with `name`. staple_chain_free frees them; call it in any case.
bool staple_chain_load(struct staple_chain *chain, const char *name, const char *file);
void staple_chain_free(struct staple_chain *chain);

#endif
