// SPDX-License-Identifier: MIT
//
// OCSPSingleResponse: the status of one certificate in a response (RFC 6960 4.2.1). A response
// that holds only one has the same properties.
#include "single.h"

#include "value.h"

struct single_response {
    struct ocpy_message message;
    PyObject *extensions;
    struct ocpy_single single;
    uint32_t index;
};

void ocpy_pack_single(const uint8_t *base, const struct oc_single_response *single,
                      struct ocpy_single *out)
{
    ocpy_pack_id(base, &single->id, &out->id);
    out->status = (uint8_t)single->status;
    out->has_reason = single->has_reason;
    out->has_next_update = single->has_next_update;
    out->reason = single->reason;
    out->revocation_time = single->revocation_time;
    out->this_update = single->this_update;
    out->next_update = single->next_update;
    out->extensions = ocpy_pack_list(base, &single->extensions);
}

static PyObject *reason(struct ocpy_state *state, const struct ocpy_single *single)
{
    if (single->status != OC_CERT_STATUS_REVOKED || !single->has_reason)
        Py_RETURN_NONE;
    PyObject *reasons = state->names[OCPY_REASONS];
    PyObject *out = (Py_ssize_t)single->reason < PyTuple_Size(reasons)
                        ? ocpy_item(reasons, single->reason)
                        : NULL;
    if (out != NULL && out != Py_None)
        return out;
    Py_XDECREF(out);
    PyErr_Format(PyExc_ValueError, "Unsupported reason code: %u", (unsigned)single->reason);
    return NULL;
}

static PyObject *time_or_none(struct ocpy_state *state, int is_set, int64_t time,
                              enum ocpy_time_form form)
{
    if (!is_set)
        Py_RETURN_NONE;
    return ocpy_time(state, time, form);
}

static PyObject *naive(struct ocpy_state *state, int is_set, int64_t time, const char *instead)
{
    if (ocpy_warn_naive(state, instead) != 0)
        return NULL;
    return time_or_none(state, is_set, time, OCPY_NAIVE);
}

PyObject *ocpy_single_get(const struct ocpy_message *m, const struct ocpy_single *single,
                          enum ocpy_single_field field)
{
    struct ocpy_state *state = ocpy_state(m);
    int revoked = single->status == OC_CERT_STATUS_REVOKED;
    switch (field) {
    case OCPY_SINGLE_STATUS:
        return ocpy_item(state->names[OCPY_CERT_STATUSES], single->status);
    case OCPY_SINGLE_REVOCATION_TIME:
        return naive(state, revoked, single->revocation_time, "revocation_time_utc");
    case OCPY_SINGLE_REVOCATION_TIME_UTC:
        return time_or_none(state, revoked, single->revocation_time, OCPY_AWARE);
    case OCPY_SINGLE_REVOCATION_REASON:
        return reason(state, single);
    case OCPY_SINGLE_THIS_UPDATE:
        return naive(state, 1, single->this_update, "this_update_utc");
    case OCPY_SINGLE_THIS_UPDATE_UTC:
        return time_or_none(state, 1, single->this_update, OCPY_AWARE);
    case OCPY_SINGLE_NEXT_UPDATE:
        return naive(state, single->has_next_update, single->next_update, "next_update_utc");
    case OCPY_SINGLE_NEXT_UPDATE_UTC:
        return time_or_none(state, single->has_next_update, single->next_update, OCPY_AWARE);
    }
    Py_UNREACHABLE();
}

const char *ocpy_cert_status_text(unsigned status)
{
    static const char *const texts[] = {"NONE", "GOOD", "REVOKED", "UNKNOWN"};
    return texts[status <= OC_CERT_STATUS_UNKNOWN ? status : 0];
}

PyObject *ocpy_single_response_new(struct ocpy_message *parent, struct oc_bytes der, uint32_t index)
{
    const struct ocpy_state *state = ocpy_state(parent);
    const struct oc_response resp = {.responses = {der, 1}};
    struct oc_single_response single;
    size_t at = 0;
    if (!oc_response_next(&resp, &at, &single))
        return NULL;
    struct single_response *self =
        PyObject_New(struct single_response, (PyTypeObject *)state->types[OCPY_SINGLE_RESPONSE]);
    if (self == NULL)
        return NULL;
    ocpy_message_init(&self->message, parent->module, &parent->ob_base, der);
    ocpy_pack_single(der.data, &single, &self->single);
    self->extensions = NULL;
    self->index = index;
    return &self->message.ob_base;
}

static PyObject *get_id(PyObject *object, void *closure)
{
    const struct single_response *self = (const struct single_response *)object;
    return ocpy_id_get(&self->message, &self->single.id, (enum ocpy_id_field)(uintptr_t)closure);
}

static PyObject *get_single(PyObject *object, void *closure)
{
    const struct single_response *self = (const struct single_response *)object;
    return ocpy_single_get(&self->message, &self->single,
                           (enum ocpy_single_field)(uintptr_t)closure);
}

static PyObject *get_extensions(PyObject *object, void *closure)
{
    struct single_response *self = (struct single_response *)object;
    (void)closure;
    if (self->extensions == NULL) {
        struct oc_list list = ocpy_unpack_list(&self->message, self->single.extensions);
        self->extensions =
            ocpy_extensions(ocpy_state(&self->message), &list, OCPY_IN_SINGLE_RESPONSE);
    }
    Py_XINCREF(self->extensions);
    return self->extensions;
}

static PyObject *single_repr(PyObject *object)
{
    const struct single_response *self = (const struct single_response *)object;
    PyObject *serial = ocpy_id_get(&self->message, &self->single.id, OCPY_ID_SERIAL);
    if (serial == NULL)
        return NULL;
    PyObject *text =
        PyUnicode_FromFormat("<OCSPSingleResponse(certificate_status=%s, serial_number=%S)>",
                             ocpy_cert_status_text(self->single.status), serial);
    Py_DECREF(serial);
    return text;
}

static PyObject *single_reduce(PyObject *object, PyObject *unused)
{
    const struct single_response *self = (const struct single_response *)object;
    (void)unused;
    return Py_BuildValue("(O(OI))", ocpy_state(&self->message)->names[OCPY_NTH_RESPONSE],
                         self->message.owner, self->index);
}

static void single_dealloc(PyObject *object)
{
    struct single_response *self = (struct single_response *)object;
    Py_XDECREF(self->extensions);
    ocpy_message_dealloc(object);
}

static PyMethodDef methods[] = {
    {"__reduce__", single_reduce, METH_NOARGS, NULL},
    {"__copy__", ocpy_copy, METH_NOARGS, NULL},
    {"__deepcopy__", ocpy_copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef getters[] = {
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
    {"extensions", get_extensions, NULL, "The extensions of this response.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, OCPY_SLOT("The status of one certificate in a response.")},
    {Py_tp_dealloc, OCPY_SLOT(single_dealloc)},
    {Py_tp_new, OCPY_SLOT(ocpy_message_new)},
    {Py_tp_repr, OCPY_SLOT(single_repr)},
    {Py_tp_hash, OCPY_SLOT(ocpy_message_hash)},
    {Py_tp_richcompare, OCPY_SLOT(ocpy_message_compare)},
    {Py_tp_methods, methods},
    {Py_tp_getset, getters},
    {0, NULL},
};

PyType_Spec ocpy_single_response_spec = {
    .name = "libocsp.ocsp.OCSPSingleResponse",
    .basicsize = sizeof(struct single_response),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};
