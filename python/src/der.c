// SPDX-License-Identifier: MIT
//
// DER for the code that is written in Python: the reader and the writer of the core. None of these
// needs the state, which does not exist yet while libocsp._convert is imported.
#include "der.h"

#include "value.h"

#include <ocsp/der.h>

// The longest head of an element: a tag, and a length of five octets.
#define HEAD_MAX 6

static PyObject *write_element(unsigned char tag, struct oc_bytes content)
{
    struct oc_der_writer w;
    struct oc_bytes out;
    size_t size = content.len + HEAD_MAX;
    uint8_t *buf = PyMem_Malloc(size);
    if (buf == NULL)
        return PyErr_NoMemory();
    oc_der_writer_init(&w, buf, size);
    oc_der_write(&w, tag, content);
    PyObject *element = NULL;
    if (oc_der_writer_finish(&w, &out) == OC_OK)
        element = ocpy_bytes(out);
    else
        PyErr_SetString(PyExc_ValueError, "cannot write DER: too long");
    PyMem_Free(buf);
    return element;
}

// The arguments are a tag of one octet and the content.
PyObject *ocpy_element(PyObject *module, PyObject *args)
{
    unsigned char tag;
    const char *data;
    Py_ssize_t len;
    (void)module;
    if (!PyArg_ParseTuple(args, "by#", &tag, &data, &len))
        return NULL;
    return write_element(tag, (struct oc_bytes){(const uint8_t *)data, (size_t)len});
}

// Returns (tag, content, octets after the element).
PyObject *ocpy_read_element(PyObject *module, PyObject *data)
{
    struct oc_bytes in;
    struct oc_bytes content;
    uint32_t tag;
    char *octets;
    Py_ssize_t len;
    (void)module;
    if (PyBytes_AsStringAndSize(data, &octets, &len) != 0)
        return NULL;
    in = (struct oc_bytes){(const uint8_t *)octets, (size_t)len};
    if (oc_der_read_any(&in, &tag, &content, NULL) != OC_OK) {
        PyErr_SetString(PyExc_ValueError, "invalid DER");
        return NULL;
    }
    return Py_BuildValue("Iy#y#", (unsigned)tag, content.data, (Py_ssize_t)content.len, in.data,
                         (Py_ssize_t)in.len);
}

// The text of the content of an OBJECT IDENTIFIER.
PyObject *ocpy_oid_as_text(PyObject *module, PyObject *content)
{
    char *octets;
    Py_ssize_t len;
    (void)module;
    if (PyBytes_AsStringAndSize(content, &octets, &len) != 0)
        return NULL;
    return ocpy_oid_text((struct oc_bytes){(const uint8_t *)octets, (size_t)len});
}
