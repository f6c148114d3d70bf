// SPDX-License-Identifier: MIT
//
// The iterator over the single requests or responses of a message.
#include "iterator.h"

#include <ocsp/der.h>

struct iterator {
    PyObject ob_base;
    struct ocpy_message *parent;
    struct oc_bytes rest;
    uint32_t index;
    ocpy_single_new *make;
};

PyObject *ocpy_walk(struct ocpy_message *parent, struct ocpy_list list, ocpy_single_new *make)
{
    PyObject *iterator_type = ocpy_state(parent)->types[OCPY_ITERATOR];
    struct iterator *it = PyObject_New(struct iterator, (PyTypeObject *)iterator_type);
    if (it == NULL)
        return NULL;
    Py_INCREF(&parent->ob_base);
    it->parent = parent;
    it->rest = ocpy_unpack(parent, list.items);
    it->index = 0;
    it->make = make;
    return &it->ob_base;
}

static PyObject *iterator_next(PyObject *self)
{
    struct iterator *it = (struct iterator *)self;
    struct oc_bytes whole;
    if (it->rest.len == 0 || oc_der_read_any(&it->rest, NULL, NULL, &whole) != OC_OK)
        return NULL;
    return it->make(it->parent, whole, it->index++);
}

static void iterator_dealloc(PyObject *self)
{
    struct iterator *it = (struct iterator *)self;
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(&it->parent->ob_base);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyType_Slot slots[] = {
    {Py_tp_dealloc, OCPY_SLOT(iterator_dealloc)},
    {Py_tp_new, OCPY_SLOT(ocpy_message_new)},
    {Py_tp_iter, OCPY_SLOT(PyObject_SelfIter)},
    {Py_tp_iternext, OCPY_SLOT(iterator_next)},
    {0, NULL},
};

PyType_Spec ocpy_iterator_spec = {
    .name = "libocsp.ocsp.OCSPIterator",
    .basicsize = sizeof(struct iterator),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};
