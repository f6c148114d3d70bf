// SPDX-License-Identifier: MIT
//
// Functions of the module that verify messages, and find a single response.
#ifndef OCPY_VERIFY_H
#define OCPY_VERIFY_H

#include "state.h"

PyObject *ocpy_response_for(PyObject *module, PyObject *args);
PyObject *ocpy_verify(PyObject *module, PyObject *args);
PyObject *ocpy_verify_request(PyObject *module, PyObject *args);

#endif
