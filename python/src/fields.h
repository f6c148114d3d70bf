// SPDX-License-Identifier: MIT
//
// Dicts with the keys of OCPY_FIELDS.
#ifndef OCPY_FIELDS_H
#define OCPY_FIELDS_H

#include "state.h"

// struct ocpy_field is a value, a new reference or NULL with an exception, and its key.
struct ocpy_field {
    enum ocpy_key key;
    PyObject *value;
};

// ocpy_fields makes a dict of `n` fields and takes their references. Returns NULL with an
// exception, also when a value is NULL.
PyObject *ocpy_fields(const struct ocpy_state *state, const struct ocpy_field *fields, size_t n);

// ocpy_get returns the value at `key`, borrowed, or NULL with an exception. The others
// convert it, and return 0, or -1 with an exception.
PyObject *ocpy_get(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key);
int ocpy_get_flag(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key, bool *out);
int ocpy_get_number(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key,
                    int64_t *out);

// ocpy_get_bytes returns a view of a bytes object, which the dict must keep, or an absent view
// for None.
int ocpy_get_bytes(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key,
                   struct oc_bytes *out);

#endif
