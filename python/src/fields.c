// SPDX-License-Identifier: MIT
//
// Dicts with the keys of OCPY_FIELDS, in which this module and the Python code around it exchange
// messages to be built, policies and verdicts.
#include "fields.h"

PyObject *ocpy_fields(const struct ocpy_state *state, const struct ocpy_field *fields, size_t n)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; i < n; i++) {
        PyObject *value = fields[i].value;
        if (dict != NULL &&
            (value == NULL || PyDict_SetItem(dict, state->keys[fields[i].key], value) != 0))
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

PyObject *ocpy_get(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key)
{
    PyObject *value = PyDict_GetItemWithError(dict, state->keys[key]);
    if (value == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, state->keys[key]);
    return value;
}

int ocpy_get_flag(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key, bool *out)
{
    PyObject *value = ocpy_get(state, dict, key);
    int truth = value == NULL ? -1 : PyObject_IsTrue(value);
    *out = truth > 0;
    return truth < 0 ? -1 : 0;
}

int ocpy_get_number(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key, int64_t *out)
{
    PyObject *value = ocpy_get(state, dict, key);
    if (value == NULL)
        return -1;
    *out = PyLong_AsLongLong(value);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

int ocpy_get_bytes(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key,
                   struct oc_bytes *out)
{
    char *data;
    Py_ssize_t len;
    PyObject *value = ocpy_get(state, dict, key);
    *out = (struct oc_bytes){NULL, 0};
    if (value == NULL)
        return -1;
    if (value == Py_None)
        return 0;
    if (PyBytes_AsStringAndSize(value, &data, &len) != 0)
        return -1;
    *out = (struct oc_bytes){(const uint8_t *)data, (size_t)len};
    return 0;
}
