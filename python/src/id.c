// SPDX-License-Identifier: MIT
//
// Cert IDs and signatures (RFC 6960 4.1.1, 4.2.1), which requests and responses both have.
#include "id.h"

#include "value.h"

#include <ocsp/cert.h>

void ocpy_pack_id(const uint8_t *base, const struct oc_cert_id *id, struct ocpy_id *out)
{
    out->oid = ocpy_pack(base, id->hash_algorithm.oid);
    out->name_hash = ocpy_pack(base, id->issuer_name_hash);
    out->key_hash = ocpy_pack(base, id->issuer_key_hash);
    out->serial = ocpy_pack(base, id->serial);
    out->hash = (uint8_t)id->hash;
}

void ocpy_unpack_id(const struct ocpy_message *m, const struct ocpy_id *id, struct oc_cert_id *out)
{
    *out = (struct oc_cert_id){
        .hash = (enum oc_hash)id->hash,
        .hash_algorithm = {.oid = ocpy_unpack(m, id->oid)},
        .issuer_name_hash = ocpy_unpack(m, id->name_hash),
        .issuer_key_hash = ocpy_unpack(m, id->key_hash),
        .serial = ocpy_unpack(m, id->serial),
    };
}

static PyObject *hash_algorithm(const struct ocpy_message *m, const struct ocpy_id *id)
{
    struct ocpy_state *state = ocpy_state(m);
    if (id->hash != OC_HASH_OTHER)
        return ocpy_item(state->names[OCPY_HASHES], id->hash);
    ocpy_raise_made(state, OCPY_UNSUPPORTED, ocpy_oid_text(ocpy_unpack(m, id->oid)));
    return NULL;
}

PyObject *ocpy_id_get(const struct ocpy_message *m, const struct ocpy_id *id,
                      enum ocpy_id_field field)
{
    switch (field) {
    case OCPY_ID_NAME_HASH:
        return ocpy_bytes(ocpy_unpack(m, id->name_hash));
    case OCPY_ID_KEY_HASH:
        return ocpy_bytes(ocpy_unpack(m, id->key_hash));
    case OCPY_ID_HASH_ALGORITHM:
        return hash_algorithm(m, id);
    case OCPY_ID_SERIAL:
        return ocpy_integer(ocpy_unpack(m, id->serial));
    }
    Py_UNREACHABLE();
}

void ocpy_pack_signature(const uint8_t *base, const struct oc_signature *signature,
                         struct ocpy_signature *out)
{
    out->oid = ocpy_pack(base, signature->algorithm.oid);
    out->parameters = ocpy_pack(base, signature->algorithm.parameters);
    out->value = ocpy_pack(base, signature->value);
    out->certs = ocpy_pack_list(base, &signature->certs);
}

static PyObject *certificates(const struct ocpy_message *m, const struct ocpy_signature *signature)
{
    struct ocpy_state *state = ocpy_state(m);
    struct oc_list certs = ocpy_unpack_list(m, signature->certs);
    struct oc_bytes der;
    PyObject *list = PyList_New(0);
    for (size_t at = 0; list != NULL && oc_cert_next(&certs, &at, &der);) {
        PyObject *bytes = ocpy_bytes(der);
        PyObject *cert =
            bytes == NULL
                ? NULL
                : PyObject_CallFunctionObjArgs(state->names[OCPY_CERTIFICATE], bytes, NULL);
        if (cert == NULL || PyList_Append(list, cert) != 0)
            Py_CLEAR(list);
        Py_XDECREF(cert);
        Py_XDECREF(bytes);
    }
    return list;
}

// Calls the function `name` with the algorithm of the signature.
static PyObject *ask(const struct ocpy_message *m, const struct ocpy_signature *signature,
                     enum ocpy_name name)
{
    struct oc_bytes parameters = ocpy_unpack(m, signature->parameters);
    PyObject *oid = ocpy_oid_text(ocpy_unpack(m, signature->oid));
    if (oid == NULL)
        return NULL;
    PyObject *out = PyObject_CallFunction(ocpy_state(m)->names[name], "Oy#", oid, parameters.data,
                                          (Py_ssize_t)parameters.len);
    Py_DECREF(oid);
    return out;
}

static PyObject *signature_hash(const struct ocpy_message *m,
                                const struct ocpy_signature *signature)
{
    PyObject *key = ocpy_bytes(ocpy_unpack(m, signature->oid));
    if (key == NULL)
        return NULL;
    PyObject *hash = PyDict_GetItemWithError(ocpy_state(m)->names[OCPY_SIGNATURE_HASHES], key);
    Py_DECREF(key);
    if (hash != NULL) {
        Py_INCREF(hash);
        return hash;
    }
    return PyErr_Occurred() ? NULL : ask(m, signature, OCPY_SIGNATURE_HASH);
}

PyObject *ocpy_signature_get(const struct ocpy_message *m, const struct ocpy_signature *signature,
                             enum ocpy_signature_field field)
{
    switch (field) {
    case OCPY_SIGNATURE_VALUE:
        return ocpy_bytes(ocpy_unpack(m, signature->value));
    case OCPY_SIGNATURE_OID:
        return ocpy_oid(ocpy_state(m), ocpy_unpack(m, signature->oid));
    case OCPY_SIGNATURE_HASH_ALGORITHM:
        return signature_hash(m, signature);
    case OCPY_SIGNATURE_ALGORITHM_PARAMETERS:
        return ask(m, signature, OCPY_SIGNATURE_PARAMETERS);
    case OCPY_SIGNATURE_CERTIFICATES:
        return certificates(m, signature);
    }
    Py_UNREACHABLE();
}
