// SPDX-License-Identifier: MIT
//
// Input: bytes-like objects, the arguments of the load functions, and the exception for a message
// that cannot be read.
#include "input.h"

#include <ocsp/der.h>

// The buffer protocol joined the limited API with Python 3.11. CPython 3.9 and 3.10 have
// the same structure and the same two functions, but their headers, and later ones when
// asked for 3.9, do not show them.
#if defined(Py_LIMITED_API) && Py_LIMITED_API + 0 < 0x030B0000
struct ocpy_buffer {
    void *buf;
    PyObject *obj;
    Py_ssize_t len;
    Py_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    Py_ssize_t *shape;
    Py_ssize_t *strides;
    Py_ssize_t *suboffsets;
    void *internal;
};
#define PyBUF_SIMPLE 0
PyAPI_FUNC(int) PyObject_GetBuffer(PyObject *object, struct ocpy_buffer *buffer, int flags);
PyAPI_FUNC(void) PyBuffer_Release(struct ocpy_buffer *buffer);
#define OCPY_BUFFER struct ocpy_buffer
#else
#define OCPY_BUFFER Py_buffer
#endif

static int take_bytes(PyObject *bytes, PyObject **owner, struct oc_bytes *out)
{
    char *data;
    Py_ssize_t len;
    if (PyBytes_AsStringAndSize(bytes, &data, &len) != 0)
        return -1;
    Py_INCREF(bytes);
    *owner = bytes;
    *out = (struct oc_bytes){(const uint8_t *)data, (size_t)len};
    return 0;
}

static int copy_bytes(PyObject *object, PyObject **owner, struct oc_bytes *out)
{
    PyObject *bytes = PyBytes_FromObject(object);
    if (bytes == NULL)
        return -1;
    int status = take_bytes(bytes, owner, out);
    Py_DECREF(bytes);
    return status;
}

// Writable memory could change after it was checked, so it is copied.
static int take_buffer(PyObject *object, PyObject **owner, struct oc_bytes *out)
{
    OCPY_BUFFER buffer;
    if (PyObject_GetBuffer(object, &buffer, PyBUF_SIMPLE) != 0) {
        if (!PyErr_ExceptionMatches(PyExc_BufferError))
            return -1;
        PyErr_Clear();
        return copy_bytes(object, owner, out);
    }
    int status;
    if (!buffer.readonly || buffer.buf == NULL) {
        status = copy_bytes(object, owner, out);
    } else {
        // The memoryview holds the buffer from here on.
        *owner = PyMemoryView_FromObject(object);
        *out = (struct oc_bytes){buffer.buf, (size_t)buffer.len};
        status = *owner == NULL ? -1 : 0;
    }
    PyBuffer_Release(&buffer);
    return status;
}

int ocpy_input(PyObject *object, PyObject **owner, struct oc_bytes *out)
{
    int status =
        PyBytes_Check(object) ? take_bytes(object, owner, out) : take_buffer(object, owner, out);
    if (status != 0)
        return -1;
    if (out->len > UINT32_MAX) {
        Py_DECREF(*owner);
        PyErr_SetString(PyExc_ValueError, "a message longer than 4 GiB");
        return -1;
    }
    return 0;
}

// Programs search for these texts of cryptography; the text of the core follows.
static const char *known_text(enum oc_err code)
{
    if (code == OC_ERR_STATUS)
        return "OCSP response has an unknown status code: ";
    return "";
}

void ocpy_raise_parse(const struct oc_error *err)
{
    PyErr_Format(PyExc_ValueError, "%s%s, byte %zu", known_text(err->code), err->what, err->offset);
}

int ocpy_is_duplicate(enum oc_err code, struct oc_bytes der)
{
    struct oc_bytes content;
    return code == OC_ERR_DUPLICATE && oc_der_read(&der, OC_DER_SEQUENCE, &content) == OC_OK &&
           der.len == 0;
}

struct oc_bytes ocpy_find_duplicate(struct oc_bytes der, const struct oc_error *err)
{
    struct oc_bytes in = {der.data + err->offset, der.len - err->offset};
    struct oc_bytes content;
    struct oc_bytes oid = {NULL, 0};
    if (oc_der_read(&in, OC_DER_SEQUENCE, &content) == OC_OK)
        in = content;
    if (oc_der_read_oid(&in, &oid) != OC_OK)
        return (struct oc_bytes){NULL, 0};
    return oid;
}

PyObject *ocpy_one_argument(PyObject *args, PyObject *kwargs, const char *flag_name, int *flag)
{
    PyObject *data = NULL;
    char name_of_data[] = "data";
    char name_of_flag[16];
    char *names[] = {name_of_data, name_of_flag, NULL};
    if (kwargs == NULL && PyTuple_Size(args) == 1)
        return PyTuple_GetItem(args, 0);
    if (flag_name == NULL) {
        names[1] = NULL;
        return PyArg_ParseTupleAndKeywords(args, kwargs, "O", names, &data) ? data : NULL;
    }
    PyOS_snprintf(name_of_flag, sizeof name_of_flag, "%s", flag_name);
    return PyArg_ParseTupleAndKeywords(args, kwargs, "O|$p", names, &data, flag) ? data : NULL;
}
