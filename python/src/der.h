// SPDX-License-Identifier: MIT
//
// DER for the code that is written in Python: functions of the module.
#ifndef OCPY_DER_H
#define OCPY_DER_H

#include "state.h"

PyObject *ocpy_element(PyObject *module, PyObject *args);
PyObject *ocpy_read_element(PyObject *module, PyObject *data);
PyObject *ocpy_oid_as_text(PyObject *module, PyObject *content);

#endif
