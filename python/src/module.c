// SPDX-License-Identifier: MIT
//
// The module libocsp._ocsp itself: its functions, its types, its state. Everything that can
// change is in the state of one module object, so that each interpreter has its own.
#include "build.h"
#include "certs.h"
#include "der.h"
#include "input.h"
#include "iterator.h"
#include "request.h"
#include "response.h"
#include "single.h"
#include "state.h"
#include "verify.h"

#include <ocsp/openssl.h>

#define OCPY_TEXT(enumerator, name) name,
static const char *const NAMES[] = {OCPY_NAMES(OCPY_TEXT)};
#undef OCPY_TEXT

#define OCPY_TEXT(key) #key,
static const char *const KEYS[] = {OCPY_FIELDS(OCPY_TEXT)};
#undef OCPY_TEXT

static PyObject *load_request(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int allow_multiple = 0;
    PyObject *data = ocpy_one_argument(args, kwargs, "allow_multiple", &allow_multiple);
    return data == NULL ? NULL : ocpy_request_load(module, data, allow_multiple);
}

static PyObject *load_any_request(PyObject *module, PyObject *data)
{
    return ocpy_request_load(module, data, 1);
}

static PyObject *load_response(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *data = ocpy_one_argument(args, kwargs, NULL, NULL);
    return data == NULL ? NULL : ocpy_response_load(module, data);
}

static PyObject *version(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyUnicode_FromString(oc_version());
}

static PyMethodDef methods[] = {
    {"load_der_ocsp_request", (PyCFunction)(uintptr_t)load_request, METH_VARARGS | METH_KEYWORDS,
     "load_der_ocsp_request($module, /, data, *, allow_multiple=False)\n--\n\n"
     "Read an OCSP request from DER. It must hold one request, unless allow_multiple."},
    {"load_der_ocsp_response", (PyCFunction)(uintptr_t)load_response, METH_VARARGS | METH_KEYWORDS,
     "load_der_ocsp_response($module, /, data)\n--\n\nRead an OCSP response from DER."},
    {"_load_any_request", load_any_request, METH_O, NULL},
    {"build_request", ocpy_build_request, METH_VARARGS, NULL},
    {"build_request_tbs", ocpy_build_request_tbs, METH_VARARGS, NULL},
    {"assemble_request", ocpy_assemble_request, METH_VARARGS, NULL},
    {"build_response_tbs", ocpy_build_response_tbs, METH_VARARGS, NULL},
    {"assemble_response", ocpy_assemble_response, METH_VARARGS, NULL},
    {"error_response", ocpy_error_response, METH_O, NULL},
    {"response_for", ocpy_response_for, METH_VARARGS, NULL},
    {"verify", ocpy_verify, METH_VARARGS, NULL},
    {"verify_request", ocpy_verify_request, METH_VARARGS, NULL},
    {"element", ocpy_element, METH_VARARGS, NULL},
    {"read_element", ocpy_read_element, METH_O, NULL},
    {"oid_text", ocpy_oid_as_text, METH_O, NULL},
    {"version", version, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int take_names(struct ocpy_state *state)
{
    PyObject *convert = PyImport_ImportModule("libocsp._convert");
    if (convert == NULL)
        return -1;
    int status = 0;
    for (size_t i = 0; i < OCPY_N_NAMES && status == 0; i++) {
        state->names[i] = PyObject_GetAttrString(convert, NAMES[i]);
        status = state->names[i] == NULL ? -1 : 0;
    }
    Py_DECREF(convert);
    return status;
}

static int make_keys(struct ocpy_state *state)
{
    for (size_t i = 0; i < OCPY_N_KEYS; i++) {
        state->keys[i] = PyUnicode_InternFromString(KEYS[i]);
        if (state->keys[i] == NULL)
            return -1;
    }
    return 0;
}

// The module has a reference to each type under its name, and the state has its own.
static int add_type(PyObject *module, struct ocpy_state *state, enum ocpy_type i, PyType_Spec *spec,
                    const char *name)
{
    state->types[i] = PyType_FromSpec(spec);
    if (state->types[i] == NULL)
        return -1;
    Py_INCREF(state->types[i]);
    if (PyModule_AddObject(module, name, state->types[i]) == 0)
        return 0;
    Py_DECREF(state->types[i]);
    return -1;
}

static int execute(PyObject *module)
{
    struct ocpy_state *state = PyModule_GetState(module);
    state->crypto = oc_openssl_new();
    if (state->crypto == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (make_keys(state) != 0 || take_names(state) != 0 ||
        add_type(module, state, OCPY_REQUEST, &ocpy_request_spec, "OCSPRequest") != 0 ||
        add_type(module, state, OCPY_SINGLE_REQUEST, &ocpy_single_request_spec,
                 "OCSPSingleRequest") != 0 ||
        add_type(module, state, OCPY_RESPONSE, &ocpy_response_spec, "OCSPResponse") != 0 ||
        add_type(module, state, OCPY_SINGLE_RESPONSE, &ocpy_single_response_spec,
                 "OCSPSingleResponse") != 0)
        return -1;
    return add_type(module, state, OCPY_ITERATOR, &ocpy_iterator_spec, "OCSPIterator");
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    struct ocpy_state *state = PyModule_GetState(module);
    for (size_t i = 0; i < OCPY_N_NAMES; i++)
        Py_VISIT(state->names[i]);
    for (size_t i = 0; i < OCPY_N_KEYS; i++)
        Py_VISIT(state->keys[i]);
    for (size_t i = 0; i < OCPY_N_TYPES; i++)
        Py_VISIT(state->types[i]);
    return ocpy_certs_visit(state, visit, arg);
}

static int clear(PyObject *module)
{
    struct ocpy_state *state = PyModule_GetState(module);
    ocpy_certs_clear(state);
    for (size_t i = 0; i < OCPY_N_NAMES; i++)
        Py_CLEAR(state->names[i]);
    for (size_t i = 0; i < OCPY_N_KEYS; i++)
        Py_CLEAR(state->keys[i]);
    for (size_t i = 0; i < OCPY_N_TYPES; i++)
        Py_CLEAR(state->types[i]);
    return 0;
}

static void release(void *module)
{
    struct ocpy_state *state = PyModule_GetState(module);
    clear(module);
    oc_openssl_free(state->crypto);
    state->crypto = NULL;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, OCPY_SLOT(execute)},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "libocsp._ocsp",
    .m_doc = "OCSP messages of RFC 6960: the base of libocsp.ocsp.",
    .m_size = sizeof(struct ocpy_state),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};

PyMODINIT_FUNC PyInit__ocsp(void);

PyMODINIT_FUNC PyInit__ocsp(void)
{
    return PyModuleDef_Init(&definition);
}
