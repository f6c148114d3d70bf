// SPDX-License-Identifier: MIT
//
// Functions of the module that build messages.
#ifndef OCPY_BUILD_H
#define OCPY_BUILD_H

#include "state.h"

PyObject *ocpy_build_request(PyObject *module, PyObject *args);
PyObject *ocpy_build_request_tbs(PyObject *module, PyObject *args);
PyObject *ocpy_assemble_request(PyObject *module, PyObject *args);
PyObject *ocpy_build_response_tbs(PyObject *module, PyObject *args);
PyObject *ocpy_assemble_response(PyObject *module, PyObject *args);
PyObject *ocpy_error_response(PyObject *module, PyObject *status);

#endif
