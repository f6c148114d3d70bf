// SPDX-License-Identifier: MIT
//
// Loading a request as the list of certificates that it asks about.
#ifndef CLI_ASKED_H
#define CLI_ASKED_H

#include "message.h"

#include <ocsp/request.h>

// ASKED_MAX is the largest number of certificates in a request: each costs a walk through a
// response and a signature verification.
enum { ASKED_MAX = 1000 };

// asked_load loads the only request in a file, whose name must stay valid. It must ask about 1 to
// ASKED_MAX certificates. Returns false after an error line. The caller frees `*in` in any case.
bool asked_load(struct messages *in, const char *file, struct oc_request *req);

// asked_complain_issuer prints the error line for a cert ID in a request whose issuer was not
// given.
void asked_complain_issuer(const char *file, const struct oc_cert_id *id);

#endif
