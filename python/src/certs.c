// SPDX-License-Identifier: MIT
//
// Certificates of cryptography are read once: their object encodes the DER again in each call of
// public_bytes(), which takes longer than everything else in building a request.
#include "certs.h"

#include "input.h"

#include <ocsp/cert.h>

struct ocpy_cert {
    PyObject *object;  // kept, so that its address stays its own
    PyObject *der;
    struct oc_cert cert;
    uint64_t last_used;
};

// Returns the slot of this certificate, or else the least recently used one, so that an issuer
// stays while its certificates change.
static struct ocpy_cert **slot_of(struct ocpy_state *state, const PyObject *object)
{
    struct ocpy_cert **oldest = &state->certs[0];
    for (size_t i = 0; i < OCPY_CERT_SLOTS; i++) {
        struct ocpy_cert **slot = &state->certs[i];
        if (*slot != NULL && (*slot)->object == object)
            return slot;
        if (*oldest != NULL && (*slot == NULL || (*slot)->last_used < (*oldest)->last_used))
            oldest = slot;
    }
    return oldest;
}

static void free_cert(struct ocpy_cert *cert)
{
    if (cert == NULL)
        return;
    Py_XDECREF(cert->object);
    Py_XDECREF(cert->der);
    PyMem_Free(cert);
}

static struct ocpy_cert *read_cert(struct ocpy_state *state, PyObject *object)
{
    struct oc_error err;
    PyObject *der = PyObject_CallMethod(object, "public_bytes", "O", state->names[OCPY_DER]);
    char *data;
    Py_ssize_t len;
    if (der == NULL)
        return NULL;
    struct ocpy_cert *cert = PyMem_Calloc(1, sizeof *cert);
    if (cert == NULL) {
        Py_DECREF(der);
        PyErr_NoMemory();
        return NULL;
    }
    cert->der = der;
    if (PyBytes_AsStringAndSize(der, &data, &len) != 0) {
        free_cert(cert);
        return NULL;
    }
    if (oc_cert_parse(&cert->cert, (struct oc_bytes){(const uint8_t *)data, (size_t)len}, &err) !=
        OC_OK) {
        ocpy_raise_parse(&err);
        free_cert(cert);
        return NULL;
    }
    Py_INCREF(object);
    cert->object = object;
    return cert;
}

int ocpy_cert(struct ocpy_state *state, PyObject *object, struct oc_cert *out, PyObject **keep)
{
    struct ocpy_cert **slot = slot_of(state, object);
    struct ocpy_cert *old = NULL;
    if (*slot == NULL || (*slot)->object != object) {
        // This runs Python code, which may call this function again.
        struct ocpy_cert *cert = read_cert(state, object);
        if (cert == NULL)
            return -1;
        slot = slot_of(state, object);
        old = *slot;
        *slot = cert;
    }
    (*slot)->last_used = ++state->cert_clock;
    *out = (*slot)->cert;
    *keep = (*slot)->der;
    Py_INCREF(*keep);
    free_cert(old);
    return 0;
}

void ocpy_certs_clear(struct ocpy_state *state)
{
    for (size_t i = 0; i < OCPY_CERT_SLOTS; i++) {
        struct ocpy_cert *cert = state->certs[i];
        state->certs[i] = NULL;
        free_cert(cert);
    }
}

int ocpy_certs_visit(struct ocpy_state *state, visitproc visit, void *arg)
{
    for (size_t i = 0; i < OCPY_CERT_SLOTS; i++) {
        if (state->certs[i] != NULL)
            Py_VISIT(state->certs[i]->object);
    }
    return 0;
}
