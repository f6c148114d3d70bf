// SPDX-License-Identifier: MIT
//
// From the fields of a message to objects. All functions return NULL with an exception on
// failure.
#ifndef OCPY_VALUE_H
#define OCPY_VALUE_H

#include "state.h"

#include <ocsp/extension.h>

// enum ocpy_context names the list that an extension is in.
enum ocpy_context {
    OCPY_IN_REQUEST,
    OCPY_IN_SINGLE_REQUEST,
    OCPY_IN_RESPONSE,
    OCPY_IN_SINGLE_RESPONSE,
};

// enum ocpy_time_form is the form of a datetime: without a time zone, or in UTC.
enum ocpy_time_form {
    OCPY_NAIVE,
    OCPY_AWARE,
};

PyObject *ocpy_bytes(struct oc_bytes b);
PyObject *ocpy_integer(struct oc_bytes value);
PyObject *ocpy_time(struct ocpy_state *state, int64_t seconds, enum ocpy_time_form form);
PyObject *ocpy_oid_text(struct oc_bytes oid);
PyObject *ocpy_oid(struct ocpy_state *state, struct oc_bytes oid);
PyObject *ocpy_item(PyObject *tuple, size_t i);
PyObject *ocpy_deviations(unsigned deviations);
PyObject *ocpy_extensions(struct ocpy_state *state, const struct oc_list *list,
                          enum ocpy_context context);

// ocpy_warn_naive warns as later versions of cryptography do. Returns -1 when the warning
// is an exception.
int ocpy_warn_naive(struct ocpy_state *state, const char *instead);

// ocpy_raise_made sets the exception that the function `name` makes of `argument`, a new
// reference that is taken, also when it is NULL.
void ocpy_raise_made(struct ocpy_state *state, enum ocpy_name name, PyObject *argument);

#endif
