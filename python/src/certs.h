// SPDX-License-Identifier: MIT
//
// Certificates of cryptography, whose DER is kept.
#ifndef OCPY_CERTS_H
#define OCPY_CERTS_H

#include "state.h"

#include <ocsp/cert.h>

// ocpy_cert parses an x509.Certificate; the caller releases `*keep` when the views in `*out` are
// not needed any more. Returns -1 with an exception.
int ocpy_cert(struct ocpy_state *state, PyObject *object, struct oc_cert *out, PyObject **keep);
void ocpy_certs_clear(struct ocpy_state *state);
int ocpy_certs_visit(struct ocpy_state *state, visitproc visit, void *arg);

#endif
