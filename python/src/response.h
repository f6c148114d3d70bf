// SPDX-License-Identifier: MIT
//
// OCSPResponse.
#ifndef OCPY_RESPONSE_H
#define OCPY_RESPONSE_H

#include "state.h"

// ocpy_response_load makes an object of a message. Returns NULL with an exception.
PyObject *ocpy_response_load(PyObject *module, PyObject *data);

extern PyType_Spec ocpy_response_spec;

#endif
