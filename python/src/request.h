// SPDX-License-Identifier: MIT
//
// OCSPRequest and OCSPSingleRequest.
#ifndef OCPY_REQUEST_H
#define OCPY_REQUEST_H

#include "state.h"

#include <ocsp/cert_id.h>

// ocpy_request_load makes an object of a message. Returns NULL with an exception.
PyObject *ocpy_request_load(PyObject *module, PyObject *data, int allow_multiple);

// ocpy_request_id returns the cert ID of an OCSPRequest with one request, or of an
// OCSPSingleRequest. Returns -1 with an exception.
int ocpy_request_id(struct ocpy_state *state, PyObject *request, struct oc_cert_id *out);

extern PyType_Spec ocpy_request_spec;
extern PyType_Spec ocpy_single_request_spec;

#endif
