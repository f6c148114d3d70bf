// SPDX-License-Identifier: MIT
//
// Building (RFC 6960 4.1.1, 4.2.1): the functions that libocsp._build calls. They take dicts with
// the keys of OCPY_FIELDS, whose values the builders have checked.
#include "build.h"

#include "certs.h"
#include "fields.h"
#include "request.h"
#include "response.h"
#include "value.h"

#include <ocsp/der.h>
#include <ocsp/issuer.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <string.h>

// struct build is a message that is being built. `keep` holds what the views point into.
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

// Returns memory that is valid as long as the build.
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

// Reads the octets of an object that the caller keeps.
static int bytes_of(PyObject *object, struct oc_bytes *out)
{
    char *data;
    Py_ssize_t len;
    if (PyBytes_AsStringAndSize(object, &data, &len) != 0)
        return -1;
    *out = (struct oc_bytes){(const uint8_t *)data, (size_t)len};
    return 0;
}

static int read_extension(const struct build *b, PyObject *dict, struct oc_extension *out)
{
    *out = (struct oc_extension){.id = OC_EXT_OTHER};
    return ocpy_get_bytes(b->state, dict, OCPY_KEY_oid, &out->oid) != 0 ||
                   ocpy_get_flag(b->state, dict, OCPY_KEY_critical, &out->critical) != 0 ||
                   ocpy_get_bytes(b->state, dict, OCPY_KEY_value, &out->value) != 0
               ? -1
               : 0;
}

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
        if (read_extension(b, PyTuple_GetItem(tuple, i), &extensions[i]) != 0)
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
static int id_of_certs(struct build *b, enum oc_hash hash, PyObject *cert_object,
                       PyObject *issuer_object, struct oc_cert_id *out)
{
    struct oc_cert cert;
    struct oc_cert issuer;
    struct oc_error err;
    if (issuer_object == NULL || cert_of(b, cert_object, &cert) != 0 ||
        cert_of(b, issuer_object, &issuer) != 0)
        return -1;
    uint8_t *hashes = room(b, OC_CERT_ID_HASHES_LEN);
    if (hashes == NULL)
        return -1;
    issuer.subject = cert.issuer;
    if (oc_issuer_cert_id(b->state->crypto, hash, &issuer, cert.serial, hashes, out, &err) != OC_OK)
        return raise_build(&err);
    return 0;
}

static int id_of_hashes(const struct build *b, enum oc_hash hash, PyObject *dict,
                        struct oc_cert_id *out)
{
    const struct ocpy_state *state = b->state;
    *out = (struct oc_cert_id){.hash = hash};
    return ocpy_get_bytes(state, dict, OCPY_KEY_issuer_name_hash, &out->issuer_name_hash) != 0 ||
                   ocpy_get_bytes(state, dict, OCPY_KEY_issuer_key_hash, &out->issuer_key_hash) !=
                       0 ||
                   ocpy_get_bytes(state, dict, OCPY_KEY_serial, &out->serial) != 0
               ? -1
               : 0;
}

// A cert ID has certificates, or else hashes and a serial number.
static int cert_id(struct build *b, PyObject *dict, struct oc_cert_id *out)
{
    int64_t hash = 0;
    if (dict == NULL || ocpy_get_number(b->state, dict, OCPY_KEY_hash, &hash) != 0)
        return -1;
    PyObject *cert = PyDict_GetItemWithError(dict, b->state->keys[OCPY_KEY_cert]);
    if (cert != NULL)
        return id_of_certs(b, (enum oc_hash)hash, cert, ocpy_get(b->state, dict, OCPY_KEY_issuer),
                           out);
    return PyErr_Occurred() ? -1 : id_of_hashes(b, (enum oc_hash)hash, dict, out);
}

// Reads the fields that single requests and single responses share.
static int id_and_extensions(struct build *b, PyObject *dict, struct oc_cert_id *id,
                             struct oc_list *extensions)
{
    PyObject *list = ocpy_get(b->state, dict, OCPY_KEY_extensions);
    return list == NULL || cert_id(b, ocpy_get(b->state, dict, OCPY_KEY_cert_id), id) != 0 ||
                   extension_list(b, list, extensions) != 0
               ? -1
               : 0;
}

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
        if (id_and_extensions(b, PyTuple_GetItem(entries, i), &out[i].id, &out[i].extensions) != 0)
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

// Makes bytes of the output of `write`, which is called without a buffer for the size first.
static PyObject *written(enum oc_err (*write)(const void *arg, uint8_t *buf, size_t size,
                                              struct oc_bytes *out, struct oc_error *err),
                         const void *arg)
{
    struct oc_error err;
    struct oc_bytes out;
    if (write(arg, NULL, 0, &out, &err) != OC_OK) {
        raise_build(&err);
        return NULL;
    }
    size_t size = out.len;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes != NULL &&
        write(arg, (uint8_t *)PyBytes_AsString(bytes), size, &out, &err) != OC_OK) {
        raise_build(&err);
        Py_CLEAR(bytes);
    }
    return bytes;
}

static enum oc_err write_request(const void *arg, uint8_t *buf, size_t size, struct oc_bytes *out,
                                 struct oc_error *err)
{
    return oc_request_build(arg, buf, size, out, err);
}

static enum oc_err write_request_tbs(const void *arg, uint8_t *buf, size_t size,
                                     struct oc_bytes *out, struct oc_error *err)
{
    return oc_request_build_tbs(arg, buf, size, out, err);
}

static enum oc_err write_response_tbs(const void *arg, uint8_t *buf, size_t size,
                                      struct oc_bytes *out, struct oc_error *err)
{
    return oc_response_build_tbs(arg, buf, size, out, err);
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
    struct oc_request_spec spec;
    PyObject *bytes = request_spec(&b, args, &spec) == 0 ? written(write_request, &spec) : NULL;
    build_cleanup(&b);
    return load_request(module, bytes);
}

PyObject *ocpy_build_request_tbs(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    struct oc_request_spec spec;
    PyObject *bytes = request_spec(&b, args, &spec) == 0 ? written(write_request_tbs, &spec) : NULL;
    build_cleanup(&b);
    return bytes;
}

// Sets `*is_set` unless the value is None.
static int optional_number(const struct build *b, PyObject *dict, enum ocpy_key key, bool *is_set,
                           int64_t *out)
{
    PyObject *value = ocpy_get(b->state, dict, key);
    *is_set = value != NULL && value != Py_None;
    if (*is_set)
        *out = PyLong_AsLongLong(value);
    return PyErr_Occurred() ? -1 : 0;
}

static int single_response(struct build *b, PyObject *dict, struct oc_single_response *out)
{
    int64_t status = 0;
    int64_t reason = 0;
    bool is_revoked;
    *out = (struct oc_single_response){0};
    if (id_and_extensions(b, dict, &out->id, &out->extensions) != 0 ||
        ocpy_get_number(b->state, dict, OCPY_KEY_status, &status) != 0 ||
        ocpy_get_number(b->state, dict, OCPY_KEY_this_update, &out->this_update) != 0 ||
        optional_number(b, dict, OCPY_KEY_next_update, &out->has_next_update, &out->next_update) !=
            0 ||
        optional_number(b, dict, OCPY_KEY_revocation_time, &is_revoked, &out->revocation_time) !=
            0 ||
        optional_number(b, dict, OCPY_KEY_reason, &out->has_reason, &reason) != 0)
        return -1;
    out->status = (enum oc_cert_status)status;
    out->reason = (uint32_t)reason;
    return 0;
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

// The key hash of a responder is SHA-1, whatever hash the cert IDs have (RFC 6960
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
        PyErr_SetString(PyExc_RuntimeError, "SHA-1 is not available");
        return -1;
    }
    *out = (struct oc_responder_id){
        .kind = OC_RESPONDER_BY_KEY,
        .key_hash = {hash, oc_hash_len(OC_HASH_SHA1)},
    };
    return 0;
}

// The arguments are (whether the responder is named, its certificate, producedAt, single
// responses, extensions).
static int response_spec(struct build *b, PyObject *args, struct oc_response_spec *spec)
{
    PyObject *responder;
    PyObject *entries;
    PyObject *extensions;
    int by_name;
    long long produced_at;
    *spec = (struct oc_response_spec){0};
    if (!PyArg_ParseTuple(args, "pOLOO", &by_name, &responder, &produced_at, &entries,
                          &extensions) ||
        responder_id(b, by_name, responder, &spec->responder) != 0 ||
        single_responses(b, entries, spec) != 0 ||
        extension_list(b, extensions, &spec->extensions) != 0)
        return -1;
    spec->produced_at = produced_at;
    return 0;
}

PyObject *ocpy_build_response_tbs(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    struct oc_response_spec spec;
    PyObject *bytes =
        response_spec(&b, args, &spec) == 0 ? written(write_response_tbs, &spec) : NULL;
    build_cleanup(&b);
    return bytes;
}

static int algorithm_of(struct oc_bytes der, struct oc_algorithm *out)
{
    struct oc_bytes content;
    if (oc_der_read(&der, OC_DER_SEQUENCE, &content) != OC_OK || der.len != 0 ||
        oc_der_read_oid(&content, &out->oid) != OC_OK) {
        PyErr_SetString(PyExc_ValueError, "invalid AlgorithmIdentifier");
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

// struct parts is a message that has been signed, before it is assembled.
struct parts {
    struct oc_bytes tbs;
    struct oc_signature signature;
};

static enum oc_err assemble_request(const void *arg, uint8_t *buf, size_t size,
                                    struct oc_bytes *out, struct oc_error *err)
{
    const struct parts *parts = arg;
    return oc_request_assemble(parts->tbs, &parts->signature, buf, size, out, err);
}

static enum oc_err assemble_response(const void *arg, uint8_t *buf, size_t size,
                                     struct oc_bytes *out, struct oc_error *err)
{
    const struct parts *parts = arg;
    return oc_response_assemble(parts->tbs, &parts->signature, buf, size, out, err);
}

// The arguments are (octets signed, AlgorithmIdentifier, signature, certificates).
static int read_parts(struct build *b, PyObject *args, struct parts *out)
{
    PyObject *tbs;
    PyObject *algorithm_object;
    PyObject *value;
    PyObject *certs;
    struct oc_bytes algorithm;
    struct oc_signature *signature = &out->signature;
    *out = (struct parts){0};
    return !PyArg_ParseTuple(args, "OOOO", &tbs, &algorithm_object, &value, &certs) ||
                   bytes_of(tbs, &out->tbs) != 0 || bytes_of(algorithm_object, &algorithm) != 0 ||
                   bytes_of(value, &signature->value) != 0 ||
                   algorithm_of(algorithm, &signature->algorithm) != 0 ||
                   cert_list(b, certs, &signature->certs) != 0
               ? -1
               : 0;
}

PyObject *ocpy_assemble_request(PyObject *module, PyObject *args)
{
    struct build b;
    if (build_init(&b, module) != 0)
        return NULL;
    struct parts parts;
    PyObject *bytes = read_parts(&b, args, &parts) == 0 ? written(assemble_request, &parts) : NULL;
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
    struct parts parts;
    PyObject *bytes = read_parts(&b, args, &parts) == 0 ? written(assemble_response, &parts) : NULL;
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
        PyErr_SetString(PyExc_ValueError, "invalid status of an unsuccessful response");
        return NULL;
    }
    return load_response(module, ocpy_bytes(der));
}
