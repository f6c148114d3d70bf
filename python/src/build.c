// SPDX-License-Identifier: MIT
//
// Building (RFC 6960 4.1.1, 4.2.1): the functions that libocsp._build stands on. They take
// what the builders have checked, as tuples.
#include "module.h"

#include <ocsp/der.h>
#include <ocsp/issuer.h>

#include <string.h>

// struct build is one message in the making. `keep` holds what the views point into.
struct build {
    struct ocpy_state *state;
    PyObject *keep;
};

static int build_init(struct build *b, PyObject *module)
{
    b->state = PyModule_GetState(module);
    b->keep = PyList_New(0);
    return b->keep == NULL ? -1 : 0;
}

static void build_cleanup(struct build *b)
{
    Py_XDECREF(b->keep);
}

static int raise_build(const struct oc_error *err)
{
    PyErr_SetString(err->code == OC_ERR_CRYPTO ? PyExc_RuntimeError : PyExc_ValueError, err->what);
    return -1;
}

// Room that stays as long as the build does.
static uint8_t *room(struct build *b, size_t size)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes == NULL || PyList_Append(b->keep, bytes) != 0) {
        Py_XDECREF(bytes);
        return NULL;
    }
    Py_DECREF(bytes);
    return (uint8_t *)PyBytes_AsString(bytes);
}

static int cert_of(struct build *b, PyObject *object, struct oc_cert *out)
{
    PyObject *keep;
    if (ocpy_cert(b->state, object, out, &keep) != 0)
        return -1;
    int status = PyList_Append(b->keep, keep);
    Py_DECREF(keep);
    return status;
}

// The octets of an object that the caller's tuple keeps.
static int bytes_of(PyObject *object, struct oc_bytes *out)
{
    char *data;
    Py_ssize_t len;
    if (PyBytes_AsStringAndSize(object, &data, &len) != 0)
        return -1;
    *out = (struct oc_bytes){(const uint8_t *)data, (size_t)len};
    return 0;
}

static int read_extension(PyObject *item, struct oc_extension *out)
{
    PyObject *oid;
    PyObject *value;
    int critical;
    *out = (struct oc_extension){.id = OC_EXT_OTHER};
    if (!PyArg_ParseTuple(item, "OpO", &oid, &critical, &value))
        return -1;
    out->critical = critical;
    return bytes_of(oid, &out->oid) != 0 || bytes_of(value, &out->value) != 0 ? -1 : 0;
}

// Extensions are a tuple of (content of the identifier, critical, value).
static int extension_list(struct build *b, PyObject *tuple, struct oc_list *out)
{
    struct oc_extension extensions[OC_MAX_EXTENSIONS];
    struct oc_error err;
    Py_ssize_t n = PyTuple_Size(tuple);
    *out = (struct oc_list){{NULL, 0}, 0};
    if (n <= 0)
        return n < 0 ? -1 : 0;
    if (n > OC_MAX_EXTENSIONS) {
        PyErr_SetString(PyExc_ValueError, "too many extensions");
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (read_extension(PyTuple_GetItem(tuple, i), &extensions[i]) != 0)
            return -1;
    }
    if (oc_extensions_build(extensions, (size_t)n, NULL, 0, out, &err) != OC_OK)
        return raise_build(&err);
    size_t size = out->items.len;
    uint8_t *buf = room(b, size);
    if (buf == NULL)
        return -1;
    if (oc_extensions_build(extensions, (size_t)n, buf, size, out, &err) != OC_OK)
        return raise_build(&err);
    return 0;
}

// The name that is hashed is the issuer field of the certificate itself (RFC 6960 4.1.1).
static int id_of_certs(struct build *b, int hash, PyObject *cert_object, PyObject *issuer_object,
                       struct oc_cert_id *out)
{
    struct oc_cert cert;
    struct oc_cert issuer;
    struct oc_error err;
    if (cert_of(b, cert_object, &cert) != 0 || cert_of(b, issuer_object, &issuer) != 0)
        return -1;
    uint8_t *hashes = room(b, OC_CERT_ID_HASHES_LEN);
    if (hashes == NULL)
        return -1;
    issuer.subject = cert.issuer;
    if (oc_issuer_cert_id(b->state->crypto, (enum oc_hash)hash, &issuer, cert.serial, hashes, out,
                          &err) != OC_OK)
        return raise_build(&err);
    return 0;
}

// A cert ID is (hash, certificate, issuer, None) or (hash, name hash, key hash, serial).
static int cert_id(struct build *b, PyObject *tuple, struct oc_cert_id *out)
{
    int hash;
    PyObject *first;
    PyObject *second;
    PyObject *serial;
    if (!PyArg_ParseTuple(tuple, "iOOO", &hash, &first, &second, &serial))
        return -1;
    if (serial == Py_None)
        return id_of_certs(b, hash, first, second, out);
    *out = (struct oc_cert_id){.hash = (enum oc_hash)hash};
    return bytes_of(first, &out->issuer_name_hash) != 0 ||
                   bytes_of(second, &out->issuer_key_hash) != 0 ||
                   bytes_of(serial, &out->serial) != 0
               ? -1
               : 0;
}

// A request is (cert ID, extensions).
static int single_requests(struct build *b, PyObject *entries, struct oc_request_spec *spec)
{
    Py_ssize_t n = PyTuple_Size(entries);
    if (n < 0)
        return -1;
    struct oc_single_request *out =
        (struct oc_single_request *)(void *)room(b, (size_t)n * sizeof *out);
    if (out == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *id;
        PyObject *extensions;
        if (!PyArg_ParseTuple(PyTuple_GetItem(entries, i), "OO", &id, &extensions) ||
            cert_id(b, id, &out[i].id) != 0 ||
            extension_list(b, extensions, &out[i].extensions) != 0)
            return -1;
    }
    spec->requests = out;
    spec->n_requests = (size_t)n;
    return 0;
}

// The arguments are (requests, extensions, requestor name or None).
static int request_spec(struct build *b, PyObject *args, struct oc_request_spec *spec)
{
    PyObject *entries;
    PyObject *extensions;
    PyObject *name;
    *spec = (struct oc_request_spec){0};
    if (!PyArg_ParseTuple(args, "OOO", &entries, &extensions, &name) ||
        single_requests(b, entries, spec) != 0 ||
        extension_list(b, extensions, &spec->extensions) != 0)
        return -1;
    return name == Py_None ? 0 : bytes_of(name, &spec->requestor_name);
}

static PyObject *write_request(struct build *b, PyObject *args,
                               enum oc_err (*write)(const struct oc_request_spec *, uint8_t *,
                                                    size_t, struct oc_bytes *, struct oc_error *))
{
    struct oc_request_spec spec;
    struct oc_error err;
    struct oc_bytes out;
    if (request_spec(b, args, &spec) != 0)
        return NULL;
    if (write(&spec, NULL, 0, &out, &err) != OC_OK) {
        raise_build(&err);
        return NULL;
    }
    size_t size = out.len;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes != NULL &&
        write(&spec, (uint8_t *)PyBytes_AsString(bytes), size, &out, &err) != OC_OK) {
        raise_build(&err);
        Py_CLEAR(bytes);
    }
    return bytes;
}

// Takes `bytes`, a new reference or NULL.
static PyObject *load_request(PyObject *module, PyObject *bytes)
{
    PyObject *request = bytes == NULL ? NULL : ocpy_request_load(module, bytes, 1);
    Py_XDECREF(bytes);
    return request;
}

PyObject *ocpy_build_request(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    PyObject *bytes = write_request(&b, args, oc_request_build);
    build_cleanup(&b);
    return load_request(module, bytes);
}

PyObject *ocpy_build_request_tbs(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    PyObject *bytes = write_request(&b, args, oc_request_build_tbs);
    build_cleanup(&b);
    return bytes;
}

// A single response is (cert ID, status, this update, next update or None, revocation time
// or None, reason or None, extensions).
static int single_response(struct build *b, PyObject *tuple, struct oc_single_response *out)
{
    PyObject *id;
    PyObject *next;
    PyObject *revoked;
    PyObject *reason;
    PyObject *extensions;
    int status;
    long long this_update;
    *out = (struct oc_single_response){0};
    if (!PyArg_ParseTuple(tuple, "OiLOOOO", &id, &status, &this_update, &next, &revoked, &reason,
                          &extensions) ||
        cert_id(b, id, &out->id) != 0 || extension_list(b, extensions, &out->extensions) != 0)
        return -1;
    out->status = (enum oc_cert_status)status;
    out->this_update = this_update;
    out->has_next_update = next != Py_None;
    if (out->has_next_update)
        out->next_update = PyLong_AsLongLong(next);
    if (revoked != Py_None)
        out->revocation_time = PyLong_AsLongLong(revoked);
    out->has_reason = reason != Py_None;
    if (out->has_reason)
        out->reason = (uint32_t)PyLong_AsUnsignedLong(reason);
    return PyErr_Occurred() ? -1 : 0;
}

static int single_responses(struct build *b, PyObject *entries, struct oc_response_spec *spec)
{
    Py_ssize_t n = PyTuple_Size(entries);
    if (n < 0)
        return -1;
    struct oc_single_response *out =
        (struct oc_single_response *)(void *)room(b, (size_t)n * sizeof *out);
    if (out == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (single_response(b, PyTuple_GetItem(entries, i), &out[i]) != 0)
            return -1;
    }
    spec->responses = out;
    spec->n_responses = (size_t)n;
    return 0;
}

// The key hash of a responder is SHA-1, whatever the cert IDs are made with (RFC 6960
// 4.2.1).
static int responder_id(struct build *b, int by_name, PyObject *object, struct oc_responder_id *out)
{
    struct oc_cert cert;
    if (cert_of(b, object, &cert) != 0)
        return -1;
    if (by_name) {
        *out = (struct oc_responder_id){.kind = OC_RESPONDER_BY_NAME, .name = cert.subject};
        return 0;
    }
    uint8_t *hash = room(b, OC_HASH_MAX_LEN);
    if (hash == NULL)
        return -1;
    const struct oc_crypto *crypto = b->state->crypto;
    if (crypto->hash(crypto, OC_HASH_SHA1, cert.public_key, hash) != OC_OK) {
        PyErr_SetString(PyExc_RuntimeError, "SHA-1 is not to be had here");
        return -1;
    }
    *out = (struct oc_responder_id){
        .kind = OC_RESPONDER_BY_KEY,
        .key_hash = {hash, oc_hash_len(OC_HASH_SHA1)},
    };
    return 0;
}

static PyObject *write_response(struct build *b, PyObject *args)
{
    PyObject *responder;
    PyObject *entries;
    PyObject *extensions;
    int by_name;
    long long produced_at;
    struct oc_response_spec spec = {0};
    struct oc_error err;
    struct oc_bytes out;
    if (!PyArg_ParseTuple(args, "pOLOO", &by_name, &responder, &produced_at, &entries,
                          &extensions) ||
        responder_id(b, by_name, responder, &spec.responder) != 0 ||
        single_responses(b, entries, &spec) != 0 ||
        extension_list(b, extensions, &spec.extensions) != 0)
        return NULL;
    spec.produced_at = produced_at;
    if (oc_response_build_tbs(&spec, NULL, 0, &out, &err) != OC_OK) {
        raise_build(&err);
        return NULL;
    }
    size_t size = out.len;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes != NULL && oc_response_build_tbs(&spec, (uint8_t *)PyBytes_AsString(bytes), size,
                                               &out, &err) != OC_OK) {
        raise_build(&err);
        Py_CLEAR(bytes);
    }
    return bytes;
}

PyObject *ocpy_build_response_tbs(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    PyObject *bytes = write_response(&b, args);
    build_cleanup(&b);
    return bytes;
}

static int algorithm_of(struct oc_bytes der, struct oc_algorithm *out)
{
    struct oc_bytes content;
    if (oc_der_read(&der, OC_DER_SEQUENCE, &content) != OC_OK || der.len != 0 ||
        oc_der_read_oid(&content, &out->oid) != OC_OK) {
        PyErr_SetString(PyExc_ValueError, "an algorithm that is none");
        return -1;
    }
    out->parameters = content.len == 0 ? (struct oc_bytes){NULL, 0} : content;
    return 0;
}

static int cert_list(struct build *b, PyObject *tuple, struct oc_list *out)
{
    size_t size = 0;
    size_t at = 0;
    Py_ssize_t n = PyTuple_Size(tuple);
    *out = (struct oc_list){{NULL, 0}, 0};
    if (n <= 0)
        return n < 0 ? -1 : 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        struct oc_cert cert;
        if (cert_of(b, PyTuple_GetItem(tuple, i), &cert) != 0)
            return -1;
        size += cert.der.len;
    }
    uint8_t *buf = room(b, size);
    for (Py_ssize_t i = 0; buf != NULL && i < n; i++) {
        struct oc_cert cert;
        if (cert_of(b, PyTuple_GetItem(tuple, i), &cert) != 0 || cert.der.len > size - at)
            return -1;
        memcpy(buf + at, cert.der.data, cert.der.len);
        at += cert.der.len;
    }
    *out = (struct oc_list){{buf, at}, (size_t)n};
    return buf == NULL ? -1 : 0;
}

// The arguments are (octets signed, AlgorithmIdentifier, signature, certificates).
static PyObject *assemble(struct build *b, PyObject *args,
                          enum oc_err (*write)(struct oc_bytes, const struct oc_signature *,
                                               uint8_t *, size_t, struct oc_bytes *,
                                               struct oc_error *))
{
    PyObject *tbs_object;
    PyObject *algorithm_object;
    PyObject *value_object;
    PyObject *certs;
    struct oc_bytes tbs;
    struct oc_bytes algorithm;
    struct oc_signature signature = {0};
    struct oc_error err;
    struct oc_bytes out;
    if (!PyArg_ParseTuple(args, "OOOO", &tbs_object, &algorithm_object, &value_object, &certs) ||
        bytes_of(tbs_object, &tbs) != 0 || bytes_of(algorithm_object, &algorithm) != 0 ||
        bytes_of(value_object, &signature.value) != 0 ||
        algorithm_of(algorithm, &signature.algorithm) != 0 ||
        cert_list(b, certs, &signature.certs) != 0)
        return NULL;
    if (write(tbs, &signature, NULL, 0, &out, &err) != OC_OK) {
        raise_build(&err);
        return NULL;
    }
    size_t size = out.len;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes != NULL &&
        write(tbs, &signature, (uint8_t *)PyBytes_AsString(bytes), size, &out, &err) != OC_OK) {
        raise_build(&err);
        Py_CLEAR(bytes);
    }
    return bytes;
}

PyObject *ocpy_assemble_request(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    PyObject *bytes = assemble(&b, args, oc_request_assemble);
    build_cleanup(&b);
    return load_request(module, bytes);
}

// Takes `bytes`, a new reference or NULL.
static PyObject *load_response(PyObject *module, PyObject *bytes)
{
    PyObject *response = bytes == NULL ? NULL : ocpy_response_load(module, bytes);
    Py_XDECREF(bytes);
    return response;
}

PyObject *ocpy_assemble_response(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    PyObject *bytes = assemble(&b, args, oc_response_assemble);
    build_cleanup(&b);
    return load_response(module, bytes);
}

PyObject *ocpy_error_response(PyObject *module, PyObject *status)
{
    long number = PyLong_AsLong(status);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    struct oc_bytes der = oc_response_error((enum oc_response_status)(number + 1));
    if (der.data == NULL) {
        PyErr_SetString(PyExc_ValueError, "no status of an unsuccessful response");
        return NULL;
    }
    return load_response(module, ocpy_bytes(der));
}
