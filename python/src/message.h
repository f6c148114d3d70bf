// SPDX-License-Identifier: MIT
//
// A message as an object: the octets that it was loaded from and the places of its fields in
// them. A field becomes an object of Python when its property is read. The functions are the
// methods that all four types share.
#ifndef OCPY_MESSAGE_H
#define OCPY_MESSAGE_H

#include "state.h"

// struct ocpy_view is the place of a field in its message. No field is at 0, so `at` is 0 for
// an absent one.
struct ocpy_view {
    uint32_t at;
    uint32_t len;
};

struct ocpy_list {
    struct ocpy_view items;
    uint32_t n;
};

// struct ocpy_message is the start of all four types. `owner` keeps the octets at `data`;
// `module` leads to the state. When the message has an extension twice, which makes it malformed,
// `duplicate` is the identifier of that extension and nothing else is set.
struct ocpy_message {
    PyObject ob_base;
    PyObject *module;
    PyObject *owner;
    const uint8_t *data;
    uint32_t len;
    uint32_t deviations;
    struct ocpy_view duplicate;
};

static inline struct ocpy_state *ocpy_state(const struct ocpy_message *m)
{
    return PyModule_GetState(m->module);
}

// ocpy_pack and ocpy_unpack convert between a view of the library and one that is kept.
static inline struct ocpy_view ocpy_pack(const uint8_t *base, struct oc_bytes b)
{
    if (b.data == NULL)
        return (struct ocpy_view){0, 0};
    return (struct ocpy_view){(uint32_t)(b.data - base), (uint32_t)b.len};
}

static inline struct oc_bytes ocpy_unpack(const struct ocpy_message *m, struct ocpy_view v)
{
    if (v.at == 0)
        return (struct oc_bytes){NULL, 0};
    return (struct oc_bytes){m->data + v.at, v.len};
}

static inline struct ocpy_list ocpy_pack_list(const uint8_t *base, const struct oc_list *list)
{
    return (struct ocpy_list){ocpy_pack(base, list->items), (uint32_t)list->n};
}

static inline struct oc_list ocpy_unpack_list(const struct ocpy_message *m, struct ocpy_list list)
{
    return (struct oc_list){ocpy_unpack(m, list.items), list.n};
}

void ocpy_message_init(struct ocpy_message *m, PyObject *module, PyObject *owner,
                       struct oc_bytes der);
void ocpy_message_dealloc(PyObject *self);
PyObject *ocpy_message_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
PyObject *ocpy_message_compare(PyObject *self, PyObject *other, int op);
Py_hash_t ocpy_message_hash(PyObject *self);
PyObject *ocpy_message_der(const struct ocpy_message *m);
PyObject *ocpy_public_bytes(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *ocpy_copy(PyObject *self, PyObject *unused);
PyObject *ocpy_get_deviations(PyObject *self, void *closure);

// ocpy_check_whole sets DuplicateExtension, and returns -1, when the message has an
// extension twice.
int ocpy_check_whole(const struct ocpy_message *m);

#endif
