// SPDX-License-Identifier: MIT
//
// The methods that requests, responses and their parts share: compare, hash, copy, encode.
#include "message.h"

#include "value.h"

#include <string.h>

void ocpy_message_init(struct ocpy_message *m, PyObject *module, PyObject *owner,
                       struct oc_bytes der)
{
    Py_INCREF(module);
    Py_INCREF(owner);
    m->module = module;
    m->owner = owner;
    m->data = der.data;
    m->len = (uint32_t)der.len;
    m->deviations = 0;
    m->duplicate = (struct ocpy_view){0, 0};
}

void ocpy_message_dealloc(PyObject *self)
{
    struct ocpy_message *m = (struct ocpy_message *)self;
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(m->owner);
    Py_XDECREF(m->module);
    PyObject_Free(self);
    Py_DECREF(type);
}

PyObject *ocpy_message_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    PyObject *name = PyObject_GetAttrString((PyObject *)type, "__name__");
    if (name != NULL)
        PyErr_Format(PyExc_TypeError, "cannot create 'libocsp.ocsp.%U' instances", name);
    Py_XDECREF(name);
    return NULL;
}

PyObject *ocpy_message_compare(PyObject *self, PyObject *other, int op)
{
    const struct ocpy_message *a = (const struct ocpy_message *)self;
    const struct ocpy_message *b = (const struct ocpy_message *)other;
    if ((op != Py_EQ && op != Py_NE) || Py_TYPE(self) != Py_TYPE(other))
        Py_RETURN_NOTIMPLEMENTED;
    int equal = a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

PyObject *ocpy_message_der(const struct ocpy_message *m)
{
    if (PyBytes_CheckExact(m->owner)) {
        Py_INCREF(m->owner);
        return m->owner;
    }
    return ocpy_bytes((struct oc_bytes){m->data, m->len});
}

Py_hash_t ocpy_message_hash(PyObject *self)
{
    PyObject *der = ocpy_message_der((const struct ocpy_message *)self);
    if (der == NULL)
        return -1;
    Py_hash_t hash = PyObject_Hash(der);
    Py_DECREF(der);
    return hash;
}

PyObject *ocpy_public_bytes(PyObject *self, PyObject *args, PyObject *kwargs)
{
    const struct ocpy_message *m = (const struct ocpy_message *)self;
    PyObject *encoding = NULL;
    char name[] = "encoding";
    char *names[] = {name, NULL};
    if (kwargs == NULL && PyTuple_Size(args) == 1)
        encoding = PyTuple_GetItem(args, 0);
    else if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O", names, &encoding))
        return NULL;
    struct ocpy_state *state = ocpy_state(m);
    if (encoding == state->names[OCPY_DER])
        return ocpy_message_der(m);
    int is_encoding = PyObject_IsInstance(encoding, (PyObject *)Py_TYPE(state->names[OCPY_DER]));
    if (is_encoding >= 0)
        PyErr_SetString(is_encoding ? PyExc_ValueError : state->names[OCPY_ENCODING_ERROR],
                        "The only allowed encoding value is Encoding.DER");
    return NULL;
}

PyObject *ocpy_copy(PyObject *self, PyObject *unused)
{
    (void)unused;
    Py_INCREF(self);
    return self;
}

PyObject *ocpy_get_deviations(PyObject *self, void *closure)
{
    const struct ocpy_message *m = (const struct ocpy_message *)self;
    (void)closure;
    return ocpy_check_whole(m) != 0 ? NULL : ocpy_deviations(m->deviations);
}

int ocpy_check_whole(const struct ocpy_message *m)
{
    if (m->duplicate.at == 0)
        return 0;
    ocpy_raise_made(ocpy_state(m), OCPY_DUPLICATE, ocpy_oid_text(ocpy_unpack(m, m->duplicate)));
    return -1;
}
