// SPDX-License-Identifier: MIT
//
// OCSPResponse (RFC 6960 4.2.1).
#include "response.h"

#include "id.h"
#include "input.h"
#include "iterator.h"
#include "message.h"
#include "single.h"
#include "value.h"

#include <ocsp/response.h>

struct response {
    struct ocpy_message message;
    PyObject *extensions;  // NULL until they are read
    PyObject *single_extensions;
    uint8_t status;
    uint8_t responder;              // enum oc_responder_kind, none without a body
    struct ocpy_view responder_id;  // the name or the key hash
    struct ocpy_view tbs;
    struct ocpy_list responses;
    struct ocpy_list response_extensions;
    struct ocpy_signature signature;
    int64_t produced_at;
    struct ocpy_single single;  // of the first
};

static struct response *new_response(PyObject *module, PyObject *owner, struct oc_bytes der)
{
    const struct ocpy_state *state = PyModule_GetState(module);
    struct response *self =
        PyObject_New(struct response, (PyTypeObject *)state->types[OCPY_RESPONSE]);
    if (self == NULL)
        return NULL;
    ocpy_message_init(&self->message, module, owner, der);
    self->extensions = NULL;
    self->single_extensions = NULL;
    self->status = OC_RESPONSE_NONE;
    self->responder = OC_RESPONDER_NONE;
    return self;
}

static void fill_body(struct response *self, const struct oc_response *resp)
{
    const uint8_t *base = resp->der.data;
    struct oc_single_response first;
    size_t at = 0;
    self->responder = (uint8_t)resp->responder.kind;
    self->responder_id =
        ocpy_pack(base, resp->responder.kind == OC_RESPONDER_BY_NAME ? resp->responder.name
                                                                     : resp->responder.key_hash);
    self->tbs = ocpy_pack(base, resp->tbs);
    self->responses = ocpy_pack_list(base, &resp->responses);
    self->response_extensions = ocpy_pack_list(base, &resp->extensions);
    ocpy_pack_signature(base, &resp->signature, &self->signature);
    self->produced_at = resp->produced_at;
    if (oc_response_next(resp, &at, &first))
        ocpy_pack_single(base, &first, &self->single);
}

static int check_basic(const struct oc_response *resp, size_t len, enum oc_err code,
                       const struct oc_error *err)
{
    static const char no_body[] = "Successful OCSP response does not contain a BasicResponse";
    // The text is cryptography's. The other OC_ERR_BODY, an error with a body, points at it.
    if (code == OC_ERR_BODY && err->offset == len)
        PyErr_Format(PyExc_ValueError, "%s: %s, byte %zu", no_body, err->what, err->offset);
    else if (code == OC_OK && resp->status == OC_RESPONSE_SUCCESSFUL && !resp->is_basic)
        PyErr_Format(PyExc_ValueError, "%s: responseType is another (RFC 6960 4.2.1), byte %zu",
                     no_body, (size_t)(resp->response_type.data - resp->der.data));
    else
        return 0;
    return -1;
}

static PyObject *make_response(PyObject *module, PyObject *owner, struct oc_bytes der)
{
    struct oc_response resp;
    struct oc_error err = {OC_OK, 0, NULL};
    enum oc_err code = oc_response_parse(&resp, der, &err);
    if (check_basic(&resp, der.len, code, &err) != 0)
        return NULL;
    if (code != OC_OK && !ocpy_is_duplicate(code, der)) {
        ocpy_raise_parse(&err);
        return NULL;
    }
    struct response *self = new_response(module, owner, der);
    if (self == NULL)
        return NULL;
    self->message.deviations = resp.deviations;
    self->status = (uint8_t)resp.status;
    if (code == OC_ERR_DUPLICATE)
        self->message.duplicate = ocpy_pack(der.data, ocpy_find_duplicate(der, &err));
    else if (resp.is_basic)
        fill_body(self, &resp);
    return &self->message.ob_base;
}

PyObject *ocpy_response_load(PyObject *module, PyObject *data)
{
    PyObject *owner;
    struct oc_bytes der;
    if (ocpy_input(data, &owner, &der) != 0)
        return NULL;
    PyObject *self = make_response(module, owner, der);
    Py_DECREF(owner);
    return self;
}

static int check_body(const struct response *self)
{
    if (ocpy_check_whole(&self->message) != 0)
        return -1;
    if (self->responder != OC_RESPONDER_NONE)
        return 0;
    PyErr_SetString(PyExc_ValueError,
                    "OCSP response status is not successful so the property has no value");
    return -1;
}

static int check_single(const struct response *self)
{
    if (check_body(self) != 0)
        return -1;
    if (self->responses.n == 1)
        return 0;
    PyErr_Format(PyExc_ValueError,
                 "OCSP response contains %u SINGLERESP structures.  Use .responses to iterate "
                 "through them",
                 (unsigned)self->responses.n);
    return -1;
}

static PyObject *get_id(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    if (check_single(self) != 0)
        return NULL;
    return ocpy_id_get(&self->message, &self->single.id, (enum ocpy_id_field)(uintptr_t)closure);
}

static PyObject *get_single(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    if (check_single(self) != 0)
        return NULL;
    return ocpy_single_get(&self->message, &self->single,
                           (enum ocpy_single_field)(uintptr_t)closure);
}

static PyObject *get_signature(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    if (check_body(self) != 0)
        return NULL;
    return ocpy_signature_get(&self->message, &self->signature,
                              (enum ocpy_signature_field)(uintptr_t)closure);
}

static PyObject *get_status(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    (void)closure;
    if (ocpy_check_whole(&self->message) != 0)
        return NULL;
    return ocpy_item(ocpy_state(&self->message)->names[OCPY_RESPONSE_STATUSES], self->status);
}

static PyObject *get_tbs(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    (void)closure;
    return check_body(self) != 0 ? NULL : ocpy_bytes(ocpy_unpack(&self->message, self->tbs));
}

static PyObject *get_key_hash(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    (void)closure;
    if (check_body(self) != 0)
        return NULL;
    if (self->responder != OC_RESPONDER_BY_KEY)
        Py_RETURN_NONE;
    return ocpy_bytes(ocpy_unpack(&self->message, self->responder_id));
}

static PyObject *get_name(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    (void)closure;
    if (check_body(self) != 0)
        return NULL;
    if (self->responder != OC_RESPONDER_BY_NAME)
        Py_RETURN_NONE;
    struct oc_bytes name = ocpy_unpack(&self->message, self->responder_id);
    return PyObject_CallFunction(ocpy_state(&self->message)->names[OCPY_NAME], "y#", name.data,
                                 (Py_ssize_t)name.len);
}

static PyObject *get_produced_at(PyObject *object, void *closure)
{
    const struct response *self = (const struct response *)object;
    enum ocpy_time_form form = (enum ocpy_time_form)(uintptr_t)closure;
    struct ocpy_state *state = ocpy_state(&self->message);
    if (check_body(self) != 0)
        return NULL;
    if (form == OCPY_NAIVE && ocpy_warn_naive(state, "produced_at_utc") != 0)
        return NULL;
    return ocpy_time(state, self->produced_at, form);
}

static PyObject *get_responses(PyObject *object, void *closure)
{
    struct response *self = (struct response *)object;
    (void)closure;
    return check_body(self) != 0
               ? NULL
               : ocpy_walk(&self->message, self->responses, ocpy_single_response_new);
}

static PyObject *made_extensions(const struct response *self, struct ocpy_list packed,
                                 enum ocpy_context context, PyObject **made)
{
    if (*made == NULL) {
        struct oc_list list = ocpy_unpack_list(&self->message, packed);
        *made = ocpy_extensions(ocpy_state(&self->message), &list, context);
    }
    Py_XINCREF(*made);
    return *made;
}

static PyObject *get_extensions(PyObject *object, void *closure)
{
    struct response *self = (struct response *)object;
    (void)closure;
    if (check_body(self) != 0)
        return NULL;
    return made_extensions(self, self->response_extensions, OCPY_IN_RESPONSE, &self->extensions);
}

static PyObject *get_single_extensions(PyObject *object, void *closure)
{
    struct response *self = (struct response *)object;
    (void)closure;
    if (check_single(self) != 0)
        return NULL;
    return made_extensions(self, self->single.extensions, OCPY_IN_SINGLE_RESPONSE,
                           &self->single_extensions);
}

static PyObject *repr_of_single(const struct response *self)
{
    PyObject *serial = ocpy_id_get(&self->message, &self->single.id, OCPY_ID_SERIAL);
    if (serial == NULL)
        return NULL;
    PyObject *text = PyUnicode_FromFormat(
        "<OCSPResponse(response_status=SUCCESSFUL, certificate_status=%s, serial_number=%S)>",
        ocpy_cert_status_text(self->single.status), serial);
    Py_DECREF(serial);
    return text;
}

static PyObject *response_repr(PyObject *object)
{
    const struct response *self = (const struct response *)object;
    static const char *const names[] = {"NONE",           "SUCCESSFUL",  "MALFORMED_REQUEST",
                                        "INTERNAL_ERROR", "TRY_LATER",   "NONE",
                                        "SIG_REQUIRED",   "UNAUTHORIZED"};
    if (self->message.duplicate.at != 0)
        return PyUnicode_FromString("<OCSPResponse(malformed: an extension twice)>");
    if (self->responder == OC_RESPONDER_NONE)
        return PyUnicode_FromFormat("<OCSPResponse(response_status=%s)>", names[self->status]);
    if (self->responses.n == 1)
        return repr_of_single(self);
    return PyUnicode_FromFormat("<OCSPResponse(response_status=SUCCESSFUL, %u responses)>",
                                (unsigned)self->responses.n);
}

static PyObject *response_reduce(PyObject *object, PyObject *unused)
{
    const struct response *self = (const struct response *)object;
    (void)unused;
    PyObject *der = ocpy_message_der(&self->message);
    PyObject *load = PyObject_GetAttrString(self->message.module, "load_der_ocsp_response");
    PyObject *out = der == NULL || load == NULL ? NULL : Py_BuildValue("(O(O))", load, der);
    Py_XDECREF(load);
    Py_XDECREF(der);
    return out;
}

static void response_dealloc(PyObject *object)
{
    struct response *self = (struct response *)object;
    Py_XDECREF(self->extensions);
    Py_XDECREF(self->single_extensions);
    ocpy_message_dealloc(object);
}

static PyMethodDef methods[] = {
    {"public_bytes", (PyCFunction)(uintptr_t)ocpy_public_bytes, METH_VARARGS | METH_KEYWORDS,
     "The response as DER: the octets that it was loaded from."},
    {"__reduce__", response_reduce, METH_NOARGS, NULL},
    {"__copy__", ocpy_copy, METH_NOARGS, NULL},
    {"__deepcopy__", ocpy_copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef getters[] = {
    {"response_status", get_status, NULL, "An OCSPResponseStatus.", NULL},
    {"responses", get_responses, NULL, "An iterator over the single responses.", NULL},
    {"signature_algorithm_oid", get_signature, NULL, "The signature algorithm.",
     (void *)OCPY_SIGNATURE_OID},
    {"signature_hash_algorithm", get_signature, NULL, "The hash that was signed, or None.",
     (void *)OCPY_SIGNATURE_HASH_ALGORITHM},
    {"signature_algorithm_parameters", get_signature, NULL,
     "The padding or ECDSA algorithm of the signature, or None.",
     (void *)OCPY_SIGNATURE_ALGORITHM_PARAMETERS},
    {"signature", get_signature, NULL, "The signature.", (void *)OCPY_SIGNATURE_VALUE},
    {"tbs_response_bytes", get_tbs, NULL, "The octets that the signature covers.", NULL},
    {"certificates", get_signature, NULL, "The certificates beside the signature.",
     (void *)OCPY_SIGNATURE_CERTIFICATES},
    {"responder_key_hash", get_key_hash, NULL, "The hash of the responder's key, or None.", NULL},
    {"responder_name", get_name, NULL, "The responder's Name, or None.", NULL},
    {"produced_at", get_produced_at, NULL, "When it was signed, naive.", (void *)OCPY_NAIVE},
    {"produced_at_utc", get_produced_at, NULL, "When it was signed.", (void *)OCPY_AWARE},
    {"certificate_status", get_single, NULL, "An OCSPCertStatus.", (void *)OCPY_SINGLE_STATUS},
    {"revocation_time", get_single, NULL, "When it was revoked, naive, or None.",
     (void *)OCPY_SINGLE_REVOCATION_TIME},
    {"revocation_time_utc", get_single, NULL, "When it was revoked, or None.",
     (void *)OCPY_SINGLE_REVOCATION_TIME_UTC},
    {"revocation_reason", get_single, NULL, "A ReasonFlags, or None.",
     (void *)OCPY_SINGLE_REVOCATION_REASON},
    {"this_update", get_single, NULL, "As of when this is known, naive.",
     (void *)OCPY_SINGLE_THIS_UPDATE},
    {"this_update_utc", get_single, NULL, "As of when this is known.",
     (void *)OCPY_SINGLE_THIS_UPDATE_UTC},
    {"next_update", get_single, NULL, "Until when this holds, naive, or None.",
     (void *)OCPY_SINGLE_NEXT_UPDATE},
    {"next_update_utc", get_single, NULL, "Until when this holds, or None.",
     (void *)OCPY_SINGLE_NEXT_UPDATE_UTC},
    {"issuer_name_hash", get_id, NULL, "The hash of the issuer's name.", (void *)OCPY_ID_NAME_HASH},
    {"issuer_key_hash", get_id, NULL, "The hash of the issuer's key.", (void *)OCPY_ID_KEY_HASH},
    {"hash_algorithm", get_id, NULL, "The algorithm of both hashes.",
     (void *)OCPY_ID_HASH_ALGORITHM},
    {"serial_number", get_id, NULL, "The serial number of the certificate.",
     (void *)OCPY_ID_SERIAL},
    {"extensions", get_extensions, NULL, "The extensions of the response.", NULL},
    {"single_extensions", get_single_extensions, NULL, "The extensions of the one single response.",
     NULL},
    {"deviations", ocpy_get_deviations, NULL, "Names of what is not DER, but known to be sent.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, OCPY_SLOT("An OCSP response.")},
    {Py_tp_dealloc, OCPY_SLOT(response_dealloc)},
    {Py_tp_new, OCPY_SLOT(ocpy_message_new)},
    {Py_tp_repr, OCPY_SLOT(response_repr)},
    {Py_tp_hash, OCPY_SLOT(ocpy_message_hash)},
    {Py_tp_richcompare, OCPY_SLOT(ocpy_message_compare)},
    {Py_tp_methods, methods},
    {Py_tp_getset, getters},
    {0, NULL},
};

PyType_Spec ocpy_response_spec = {
    .name = "libocsp.ocsp.OCSPResponse",
    .basicsize = sizeof(struct response),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};
