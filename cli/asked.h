// SPDX-License-Identifier: MIT
//
// A request as the list of the certificates in question.
#ifndef CLI_ASKED_H
#define CLI_ASKED_H

#include "message.h"

#include <ocsp/request.h>

// ASKED_MAX is the most certificates that a request may ask about here: each takes a walk
// through a response and the check of a signature.
enum { ASKED_MAX = 1000 };

// asked_load loads the one request in a file, whose name must stay; it asks about 1 to
// ASKED_MAX certificates. Returns false after an error line. The caller frees `*in` in any
// case.
bool asked_load(struct messages *in, const char *file, struct oc_request *req);

// asked_complain_issuer prints the error line for a cert ID in a request whose issuer is
// not among the certificates given.
void asked_complain_issuer(const char *file, const struct oc_cert_id *id);

#endif
