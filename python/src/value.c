// SPDX-License-Identifier: MIT
//
// From the fields of a message to objects of Python and of cryptography.
#include "value.h"

#include <ocsp/der.h>

#include <string.h>

PyObject *ocpy_bytes(struct oc_bytes b)
{
    return PyBytes_FromStringAndSize((const char *)b.data, (Py_ssize_t)b.len);
}

// A serial number is rarely longer than 20 octets.
#define SHORT_INTEGER 32

// Writes a sign and the digits of the magnitude.
static void write_hex(struct oc_bytes value, char *text)
{
    static const char digits[] = "0123456789abcdef";
    int negative = (value.data[0] & 0x80) != 0;
    unsigned carry = negative ? 1 : 0;
    char *at = text + 2 * value.len + 1;
    *at = '\0';
    for (size_t i = value.len; i-- > 0;) {
        unsigned octet = negative ? (uint8_t)~value.data[i] + carry : value.data[i];
        carry = octet >> 8;
        *--at = digits[octet & 15];
        *--at = digits[octet >> 4 & 15];
    }
    text[0] = negative ? '-' : '0';
}

static PyObject *long_integer(struct oc_bytes value)
{
    char small[2 * SHORT_INTEGER + 2];
    char *text = small;
    if (value.len > SHORT_INTEGER)
        text = PyMem_Malloc(2 * value.len + 2);
    if (text == NULL)
        return PyErr_NoMemory();
    write_hex(value, text);
    PyObject *number = PyLong_FromString(text, NULL, 16);
    if (text != small)
        PyMem_Free(text);
    return number;
}

PyObject *ocpy_integer(struct oc_bytes value)
{
    if (value.len > 8)
        return long_integer(value);
    uint64_t number = value.len != 0 && (value.data[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < value.len; i++)
        number = number << 8 | value.data[i];
    return PyLong_FromLongLong((long long)number);
}

static long digits(const char *text, int n)
{
    long number = 0;
    for (int i = 0; i < n; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

PyObject *ocpy_time(struct ocpy_state *state, int64_t seconds, enum ocpy_time_form form)
{
    char text[OC_TIME_TEXT_LEN];
    if (!oc_time_text(seconds, text)) {
        PyErr_SetString(PyExc_ValueError, "invalid time: outside the years 1 to 9999");
        return NULL;
    }
    // 0         1
    // 0123456789012345678
    // 2024-04-03T12:00:00Z
    const long parts[] = {digits(text, 4),      digits(text + 5, 2),  digits(text + 8, 2),
                          digits(text + 11, 2), digits(text + 14, 2), digits(text + 17, 2)};
    PyObject *args = PyTuple_New(form == OCPY_AWARE ? 8 : 6);
    if (args == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < 6; i++)
        PyTuple_SetItem(args, i, PyLong_FromLong(parts[i]));
    if (form == OCPY_AWARE) {
        Py_INCREF(state->names[OCPY_UTC]);
        PyTuple_SetItem(args, 6, PyLong_FromLong(0));
        PyTuple_SetItem(args, 7, state->names[OCPY_UTC]);
    }
    PyObject *time = PyObject_Call(state->names[OCPY_DATETIME], args, NULL);
    Py_DECREF(args);
    return time;
}

PyObject *ocpy_oid_text(struct oc_bytes oid)
{
    char text[OC_OID_TEXT_LEN];
    size_t len = oc_oid_text(oid, text, sizeof text);
    if (len == 0) {
        PyErr_SetString(PyExc_ValueError, "invalid object identifier, or too long");
        return NULL;
    }
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)len);
}

// The identifiers of signatures are made once. The dictionary does not grow: any other
// identifier is made each time.
PyObject *ocpy_oid(struct ocpy_state *state, struct oc_bytes oid)
{
    PyObject *key = ocpy_bytes(oid);
    if (key == NULL)
        return NULL;
    PyObject *known = PyDict_GetItemWithError(state->names[OCPY_OIDS], key);
    Py_DECREF(key);
    if (known != NULL) {
        Py_INCREF(known);
        return known;
    }
    PyObject *text = PyErr_Occurred() ? NULL : ocpy_oid_text(oid);
    if (text == NULL)
        return NULL;
    PyObject *made = PyObject_CallFunctionObjArgs(state->names[OCPY_OBJECT_IDENTIFIER], text, NULL);
    Py_DECREF(text);
    return made;
}

PyObject *ocpy_item(PyObject *tuple, size_t i)
{
    PyObject *item = PyTuple_GetItem(tuple, (Py_ssize_t)i);
    Py_XINCREF(item);
    return item;
}

PyObject *ocpy_deviations(unsigned deviations)
{
    PyObject *names = PyList_New(0);
    for (unsigned bit = 0; names != NULL && bit < 32; bit++) {
        const char *name = oc_deviation_name(deviations & 1U << bit);
        PyObject *text = name == NULL ? NULL : PyUnicode_FromString(name);
        if (name != NULL && (text == NULL || PyList_Append(names, text) != 0))
            Py_CLEAR(names);
        Py_XDECREF(text);
    }
    PyObject *set = names == NULL ? NULL : PyFrozenSet_New(names);
    Py_XDECREF(names);
    return set;
}

// Appends `item`, a new reference or NULL, and takes it.
static int append(PyObject *list, PyObject *item)
{
    int status = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return status;
}

static PyObject *oid_list(const struct oc_list *list)
{
    struct oc_bytes oid;
    PyObject *out = PyList_New(0);
    for (size_t at = 0; out != NULL && oc_oid_next(list, &at, &oid);) {
        if (append(out, ocpy_oid_text(oid)) != 0)
            Py_CLEAR(out);
    }
    return out;
}

static PyObject *element_list(const struct oc_list *list)
{
    struct oc_bytes in = list->items;
    struct oc_bytes whole;
    PyObject *out = PyList_New(0);
    while (out != NULL && oc_der_read_any(&in, NULL, NULL, &whole) == OC_OK) {
        if (append(out, ocpy_bytes(whole)) != 0)
            Py_CLEAR(out);
    }
    return out;
}

static PyObject *decoded(struct ocpy_state *state, const struct oc_extension *ext)
{
    switch (ext->id) {
    case OC_EXT_NONCE:
        return ocpy_bytes(ext->nonce);
    case OC_EXT_ACCEPTABLE_RESPONSES:
        return oid_list(&ext->acceptable_responses);
    case OC_EXT_SCT_LIST:
        return ocpy_bytes(ext->sct_list);
    case OC_EXT_CRL_REASON:
        return PyLong_FromUnsignedLong(ext->crl_reason);
    case OC_EXT_INVALIDITY_DATE:
        return ocpy_time(state, ext->invalidity_date, OCPY_NAIVE);
    case OC_EXT_CERTIFICATE_ISSUER:
        return element_list(&ext->certificate_issuer);
    default:
        Py_RETURN_NONE;
    }
}

static PyObject *extension_tuple(struct ocpy_state *state, const struct oc_extension *ext)
{
    PyObject *oid = ocpy_oid_text(ext->oid);
    PyObject *value = ocpy_bytes(ext->value);
    PyObject *read = decoded(state, ext);
    PyObject *critical = ext->critical ? Py_True : Py_False;
    PyObject *tuple = NULL;
    if (oid != NULL && value != NULL && read != NULL)
        tuple = Py_BuildValue("(sOOOO)", oc_extension_name(ext->id), oid, critical, value, read);
    Py_XDECREF(oid);
    Py_XDECREF(value);
    Py_XDECREF(read);
    return tuple;
}

PyObject *ocpy_extensions(struct ocpy_state *state, const struct oc_list *list,
                          enum ocpy_context context)
{
    struct oc_extension ext;
    PyObject *items = PyList_New(0);
    for (size_t at = 0; items != NULL && oc_extension_next(list, &at, &ext);) {
        if (append(items, extension_tuple(state, &ext)) != 0)
            Py_CLEAR(items);
    }
    if (items == NULL)
        return NULL;
    PyObject *out = PyObject_CallFunction(state->names[OCPY_EXTENSIONS], "Oi", items, (int)context);
    Py_DECREF(items);
    return out;
}

int ocpy_warn_naive(struct ocpy_state *state, const char *instead)
{
    if (state->names[OCPY_WARNING] == Py_None)
        return 0;
    char text[160];
    PyOS_snprintf(text, sizeof text,
                  "Properties that return a na\303\257ve datetime object have been deprecated. "
                  "Please switch to %s.",
                  instead);
    return PyErr_WarnEx(state->names[OCPY_WARNING], text, 1);
}

void ocpy_raise_made(struct ocpy_state *state, enum ocpy_name name, PyObject *argument)
{
    if (argument == NULL)
        return;
    PyObject *made = PyObject_CallFunctionObjArgs(state->names[name], argument, NULL);
    if (made != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(made), made);
    Py_XDECREF(made);
    Py_DECREF(argument);
}
