// SPDX-License-Identifier: MIT
//
// OCSPRequest and OCSPSingleRequest (RFC 6960 4.1).
#include "request.h"

#include "id.h"
#include "input.h"
#include "iterator.h"
#include "message.h"
#include "value.h"

#include <ocsp/request.h>

struct request {
    struct ocpy_message message;
    PyObject *extensions;  // NULL until they are read
    PyObject *single_extensions_made;
    struct ocpy_list requests;
    struct ocpy_list request_extensions;
    struct ocpy_view tbs;
    struct ocpy_view requestor_name;
    struct ocpy_signature signature;
    struct ocpy_id id;                   // of the first
    struct ocpy_list single_extensions;  // of the first
    uint8_t is_signed;
};

struct single_request {
    struct ocpy_message message;
    struct ocpy_id id;
    struct ocpy_list extensions;
    uint32_t index;
};

static struct request *new_request(PyObject *module, PyObject *owner, struct oc_bytes der)
{
    const struct ocpy_state *state = PyModule_GetState(module);
    struct request *self = PyObject_New(struct request, (PyTypeObject *)state->types[OCPY_REQUEST]);
    if (self == NULL)
        return NULL;
    ocpy_message_init(&self->message, module, owner, der);
    self->extensions = NULL;
    self->single_extensions_made = NULL;
    self->requests.n = 0;
    return self;
}

static void fill_request(struct request *self, const struct oc_request *req)
{
    const uint8_t *base = req->der.data;
    struct oc_single_request first;
    size_t at = 0;
    self->message.deviations = req->deviations;
    self->requests = ocpy_pack_list(base, &req->requests);
    self->request_extensions = ocpy_pack_list(base, &req->extensions);
    self->tbs = ocpy_pack(base, req->tbs);
    self->requestor_name = ocpy_pack(base, req->requestor_name);
    ocpy_pack_signature(base, &req->signature, &self->signature);
    self->is_signed = req->is_signed;
    if (oc_request_next(req, &at, &first)) {
        ocpy_pack_id(base, &first.id, &self->id);
        self->single_extensions = ocpy_pack_list(base, &first.extensions);
    }
}

static int check_number(size_t n, int allow_multiple)
{
    if (n == 1 || allow_multiple)
        return 0;
    PyErr_SetString(PyExc_NotImplementedError,
                    n == 0 ? "OCSP request contains no request (allow_multiple=True reads it)"
                           : "OCSP request contains more than one request (allow_multiple=True "
                             "reads it)");
    return -1;
}

static PyObject *make_request(PyObject *module, PyObject *owner, struct oc_bytes der,
                              int allow_multiple)
{
    struct oc_request req;
    struct oc_error err;
    enum oc_err code = oc_request_parse(&req, der, &err);
    if (code != OC_OK && !ocpy_is_duplicate(code, der)) {
        ocpy_raise_parse(&err);
        return NULL;
    }
    if (code == OC_OK && check_number(req.requests.n, allow_multiple) != 0)
        return NULL;
    struct request *self = new_request(module, owner, der);
    if (self == NULL)
        return NULL;
    if (code == OC_OK)
        fill_request(self, &req);
    else
        self->message.duplicate = ocpy_pack(der.data, ocpy_find_duplicate(der, &err));
    return &self->message.ob_base;
}

PyObject *ocpy_request_load(PyObject *module, PyObject *data, int allow_multiple)
{
    PyObject *owner;
    struct oc_bytes der;
    if (ocpy_input(data, &owner, &der) != 0)
        return NULL;
    PyObject *self = make_request(module, owner, der, allow_multiple);
    Py_DECREF(owner);
    return self;
}

static int check_single(const struct request *self)
{
    if (ocpy_check_whole(&self->message) != 0)
        return -1;
    if (self->requests.n == 1)
        return 0;
    PyErr_Format(PyExc_ValueError,
                 "OCSP request contains %u requests. Use .requests to iterate through them",
                 (unsigned)self->requests.n);
    return -1;
}

static PyObject *get_id(PyObject *object, void *closure)
{
    const struct request *self = (const struct request *)object;
    if (check_single(self) != 0)
        return NULL;
    return ocpy_id_get(&self->message, &self->id, (enum ocpy_id_field)(uintptr_t)closure);
}

static PyObject *get_signature(PyObject *object, void *closure)
{
    const struct request *self = (const struct request *)object;
    enum ocpy_signature_field field = (enum ocpy_signature_field)(uintptr_t)closure;
    if (ocpy_check_whole(&self->message) != 0)
        return NULL;
    if (!self->is_signed && field == OCPY_SIGNATURE_CERTIFICATES)
        return PyList_New(0);
    if (!self->is_signed)
        Py_RETURN_NONE;
    return ocpy_signature_get(&self->message, &self->signature, field);
}

static PyObject *get_is_signed(PyObject *object, void *closure)
{
    const struct request *self = (const struct request *)object;
    (void)closure;
    return ocpy_check_whole(&self->message) != 0 ? NULL : PyBool_FromLong(self->is_signed);
}

static PyObject *get_tbs(PyObject *object, void *closure)
{
    const struct request *self = (const struct request *)object;
    (void)closure;
    return ocpy_check_whole(&self->message) != 0
               ? NULL
               : ocpy_bytes(ocpy_unpack(&self->message, self->tbs));
}

static PyObject *get_requestor_name(PyObject *object, void *closure)
{
    const struct request *self = (const struct request *)object;
    struct oc_bytes name = ocpy_unpack(&self->message, self->requestor_name);
    (void)closure;
    if (ocpy_check_whole(&self->message) != 0)
        return NULL;
    if (name.data == NULL)
        Py_RETURN_NONE;
    return PyObject_CallFunction(ocpy_state(&self->message)->names[OCPY_GENERAL_NAME], "y#",
                                 name.data, (Py_ssize_t)name.len);
}

static PyObject *new_single_request(struct ocpy_message *parent, struct oc_bytes der,
                                    uint32_t index)
{
    const struct ocpy_state *state = ocpy_state(parent);
    const struct oc_request req = {.requests = {der, 1}};
    struct oc_single_request single;
    size_t at = 0;
    if (!oc_request_next(&req, &at, &single))
        return NULL;
    struct single_request *self =
        PyObject_New(struct single_request, (PyTypeObject *)state->types[OCPY_SINGLE_REQUEST]);
    if (self == NULL)
        return NULL;
    ocpy_message_init(&self->message, parent->module, &parent->ob_base, der);
    ocpy_pack_id(der.data, &single.id, &self->id);
    self->extensions = ocpy_pack_list(der.data, &single.extensions);
    self->index = index;
    return &self->message.ob_base;
}

static PyObject *get_requests(PyObject *object, void *closure)
{
    struct request *self = (struct request *)object;
    (void)closure;
    return ocpy_check_whole(&self->message) != 0
               ? NULL
               : ocpy_walk(&self->message, self->requests, new_single_request);
}

static PyObject *get_extensions(PyObject *object, void *closure)
{
    struct request *self = (struct request *)object;
    (void)closure;
    if (ocpy_check_whole(&self->message) != 0)
        return NULL;
    if (self->extensions == NULL) {
        struct oc_list list = ocpy_unpack_list(&self->message, self->request_extensions);
        self->extensions = ocpy_extensions(ocpy_state(&self->message), &list, OCPY_IN_REQUEST);
    }
    Py_XINCREF(self->extensions);
    return self->extensions;
}

static PyObject *get_single_extensions(PyObject *object, void *closure)
{
    struct request *self = (struct request *)object;
    (void)closure;
    if (check_single(self) != 0)
        return NULL;
    if (self->single_extensions_made == NULL) {
        struct oc_list list = ocpy_unpack_list(&self->message, self->single_extensions);
        self->single_extensions_made =
            ocpy_extensions(ocpy_state(&self->message), &list, OCPY_IN_SINGLE_REQUEST);
    }
    Py_XINCREF(self->single_extensions_made);
    return self->single_extensions_made;
}

static void request_dealloc(PyObject *object)
{
    struct request *self = (struct request *)object;
    Py_XDECREF(self->extensions);
    Py_XDECREF(self->single_extensions_made);
    ocpy_message_dealloc(object);
}

static PyObject *repr_of_id(const char *name, const struct ocpy_message *m,
                            const struct ocpy_id *id)
{
    PyObject *serial = ocpy_id_get(m, id, OCPY_ID_SERIAL);
    if (serial == NULL)
        return NULL;
    PyObject *text = PyUnicode_FromFormat("<%s(hash_algorithm=%s, serial_number=%S)>", name,
                                          oc_hash_name((enum oc_hash)id->hash), serial);
    Py_DECREF(serial);
    return text;
}

static PyObject *request_repr(PyObject *object)
{
    const struct request *self = (const struct request *)object;
    if (self->message.duplicate.at != 0)
        return PyUnicode_FromString("<OCSPRequest(malformed: an extension twice)>");
    if (self->requests.n != 1)
        return PyUnicode_FromFormat("<OCSPRequest(%u requests)>", (unsigned)self->requests.n);
    return repr_of_id("OCSPRequest", &self->message, &self->id);
}

// The DER is pickled; a message with several requests must load again.
static PyObject *request_reduce(PyObject *object, PyObject *unused)
{
    const struct request *self = (const struct request *)object;
    (void)unused;
    PyObject *der = ocpy_message_der(&self->message);
    PyObject *load = PyObject_GetAttrString(self->message.module, "_load_any_request");
    PyObject *out = der == NULL || load == NULL ? NULL : Py_BuildValue("(O(O))", load, der);
    Py_XDECREF(load);
    Py_XDECREF(der);
    return out;
}

static PyMethodDef request_methods[] = {
    {"public_bytes", (PyCFunction)(uintptr_t)ocpy_public_bytes, METH_VARARGS | METH_KEYWORDS,
     "The request as DER: the octets that it was loaded from."},
    {"__reduce__", request_reduce, METH_NOARGS, NULL},
    {"__copy__", ocpy_copy, METH_NOARGS, NULL},
    {"__deepcopy__", ocpy_copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef request_getters[] = {
    {"issuer_name_hash", get_id, NULL, "The hash of the issuer's name.", (void *)OCPY_ID_NAME_HASH},
    {"issuer_key_hash", get_id, NULL, "The hash of the issuer's key.", (void *)OCPY_ID_KEY_HASH},
    {"hash_algorithm", get_id, NULL, "The algorithm of both hashes.",
     (void *)OCPY_ID_HASH_ALGORITHM},
    {"serial_number", get_id, NULL, "The serial number that is asked about.",
     (void *)OCPY_ID_SERIAL},
    {"extensions", get_extensions, NULL, "The extensions of the request.", NULL},
    {"single_extensions", get_single_extensions, NULL, "The extensions of the one request inside.",
     NULL},
    {"requests", get_requests, NULL, "An iterator over the requests inside.", NULL},
    {"requestor_name", get_requestor_name, NULL, "A GeneralName, or None.", NULL},
    {"is_signed", get_is_signed, NULL,
     "Whether the request is signed. The signature is not verified.", NULL},
    {"tbs_request_bytes", get_tbs, NULL, "The octets that a signature covers.", NULL},
    {"signature", get_signature, NULL, "The signature, or None.", (void *)OCPY_SIGNATURE_VALUE},
    {"signature_algorithm_oid", get_signature, NULL, "The signature algorithm, or None.",
     (void *)OCPY_SIGNATURE_OID},
    {"signature_hash_algorithm", get_signature, NULL, "The hash that was signed, or None.",
     (void *)OCPY_SIGNATURE_HASH_ALGORITHM},
    {"signature_algorithm_parameters", get_signature, NULL,
     "The padding or ECDSA algorithm of the signature, or None.",
     (void *)OCPY_SIGNATURE_ALGORITHM_PARAMETERS},
    {"certificates", get_signature, NULL, "The certificates beside the signature.",
     (void *)OCPY_SIGNATURE_CERTIFICATES},
    {"deviations", ocpy_get_deviations, NULL, "Names of what is not DER, but known to be sent.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot request_slots[] = {
    {Py_tp_doc, OCPY_SLOT("An OCSP request.")},
    {Py_tp_dealloc, OCPY_SLOT(request_dealloc)},
    {Py_tp_new, OCPY_SLOT(ocpy_message_new)},
    {Py_tp_repr, OCPY_SLOT(request_repr)},
    {Py_tp_hash, OCPY_SLOT(ocpy_message_hash)},
    {Py_tp_richcompare, OCPY_SLOT(ocpy_message_compare)},
    {Py_tp_methods, request_methods},
    {Py_tp_getset, request_getters},
    {0, NULL},
};

PyType_Spec ocpy_request_spec = {
    .name = "libocsp.ocsp.OCSPRequest",
    .basicsize = sizeof(struct request),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = request_slots,
};

static PyObject *single_get_id(PyObject *object, void *closure)
{
    const struct single_request *self = (const struct single_request *)object;
    return ocpy_id_get(&self->message, &self->id, (enum ocpy_id_field)(uintptr_t)closure);
}

static PyObject *single_get_extensions(PyObject *object, void *closure)
{
    const struct single_request *self = (const struct single_request *)object;
    struct oc_list list = ocpy_unpack_list(&self->message, self->extensions);
    (void)closure;
    return ocpy_extensions(ocpy_state(&self->message), &list, OCPY_IN_SINGLE_REQUEST);
}

static PyObject *single_repr(PyObject *object)
{
    const struct single_request *self = (const struct single_request *)object;
    return repr_of_id("OCSPSingleRequest", &self->message, &self->id);
}

static PyObject *single_reduce(PyObject *object, PyObject *unused)
{
    const struct single_request *self = (const struct single_request *)object;
    (void)unused;
    return Py_BuildValue("(O(OI))", ocpy_state(&self->message)->names[OCPY_NTH_REQUEST],
                         self->message.owner, self->index);
}

static PyMethodDef single_methods[] = {
    {"__reduce__", single_reduce, METH_NOARGS, NULL},
    {"__copy__", ocpy_copy, METH_NOARGS, NULL},
    {"__deepcopy__", ocpy_copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef single_getters[] = {
    {"issuer_name_hash", single_get_id, NULL, "The hash of the issuer's name.",
     (void *)OCPY_ID_NAME_HASH},
    {"issuer_key_hash", single_get_id, NULL, "The hash of the issuer's key.",
     (void *)OCPY_ID_KEY_HASH},
    {"hash_algorithm", single_get_id, NULL, "The algorithm of both hashes.",
     (void *)OCPY_ID_HASH_ALGORITHM},
    {"serial_number", single_get_id, NULL, "The serial number that is asked about.",
     (void *)OCPY_ID_SERIAL},
    {"extensions", single_get_extensions, NULL, "The extensions of this request.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot single_slots[] = {
    {Py_tp_doc, OCPY_SLOT("One of the requests in an OCSP request.")},
    {Py_tp_dealloc, OCPY_SLOT(ocpy_message_dealloc)},
    {Py_tp_new, OCPY_SLOT(ocpy_message_new)},
    {Py_tp_repr, OCPY_SLOT(single_repr)},
    {Py_tp_hash, OCPY_SLOT(ocpy_message_hash)},
    {Py_tp_richcompare, OCPY_SLOT(ocpy_message_compare)},
    {Py_tp_methods, single_methods},
    {Py_tp_getset, single_getters},
    {0, NULL},
};

PyType_Spec ocpy_single_request_spec = {
    .name = "libocsp.ocsp.OCSPSingleRequest",
    .basicsize = sizeof(struct single_request),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = single_slots,
};

int ocpy_request_id(struct ocpy_state *state, PyObject *object, struct oc_cert_id *out)
{
    if ((PyObject *)Py_TYPE(object) == state->types[OCPY_SINGLE_REQUEST]) {
        const struct single_request *single = (const struct single_request *)object;
        ocpy_unpack_id(&single->message, &single->id, out);
        return 0;
    }
    if ((PyObject *)Py_TYPE(object) != state->types[OCPY_REQUEST]) {
        PyErr_SetString(PyExc_TypeError, "request must be an OCSPRequest or a Certificate");
        return -1;
    }
    const struct request *self = (const struct request *)object;
    if (check_single(self) != 0)
        return -1;
    ocpy_unpack_id(&self->message, &self->id, out);
    return 0;
}
