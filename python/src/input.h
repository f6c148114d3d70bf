// SPDX-License-Identifier: MIT
//
// Input of the load functions, and the exception for a message that cannot be read.
#ifndef OCPY_INPUT_H
#define OCPY_INPUT_H

#include "state.h"

#include <ocsp/base.h>

// ocpy_input returns the octets of a bytes-like object and, in `*owner`, the object that keeps
// them: the argument itself, a view of it, or, when it is writable, a copy. Returns 0, or -1 with
// an exception.
int ocpy_input(PyObject *object, PyObject **owner, struct oc_bytes *out);

// ocpy_raise_parse sets the exception for an error of a parser.
void ocpy_raise_parse(const struct oc_error *err);

// ocpy_is_duplicate reports whether a message is one element and fails because it has an
// extension twice. Such a message is loaded, as cryptography does, but nothing is read from it.
int ocpy_is_duplicate(enum oc_err code, struct oc_bytes der);

// ocpy_find_duplicate returns the identifier of the extension at which OC_ERR_DUPLICATE
// points.
struct oc_bytes ocpy_find_duplicate(struct oc_bytes der, const struct oc_error *err);

// ocpy_one_argument returns the argument `data` of a load function, borrowed, and sets `*flag`
// to the keyword argument `flag_name`, if the function has one. Returns NULL with an exception.
PyObject *ocpy_one_argument(PyObject *args, PyObject *kwargs, const char *flag_name, int *flag);

#endif
