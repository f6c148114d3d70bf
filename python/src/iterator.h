// SPDX-License-Identifier: MIT
//
// The iterator over the single requests or responses of a message.
#ifndef OCPY_ITERATOR_H
#define OCPY_ITERATOR_H

#include "message.h"

// ocpy_single_new makes the object of one single request or response, the `index`th of `parent`.
typedef PyObject *ocpy_single_new(struct ocpy_message *parent, struct oc_bytes der, uint32_t index);

// ocpy_walk returns an iterator over the items of `list` in `parent`, which makes an object of
// each with `make`.
PyObject *ocpy_walk(struct ocpy_message *parent, struct ocpy_list list, ocpy_single_new *make);

extern PyType_Spec ocpy_iterator_spec;

#endif
