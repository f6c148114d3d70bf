// SPDX-License-Identifier: MIT
//
// Verification of responses and requests (RFC 6960 3.2, 4.1.2), and the choice of a single
// response: the functions that libocsp._verify calls.
#include "verify.h"

#include "certs.h"
#include "fields.h"
#include "message.h"
#include "request.h"
#include "single.h"
#include "value.h"

#include <ocsp/der.h>
#include <ocsp/request.h>
#include <ocsp/response.h>
#include <ocsp/verify.h>

// struct question is a question to a response: the policy, the issuer, the serial number, and
// the references that keep their octets.
struct question {
    struct oc_policy policy;
    struct oc_cert issuer;
    struct oc_bytes serial;
    struct oc_cert *trusted;
    PyObject *keep;
};

static int keep_cert(struct ocpy_state *state, struct question *q, PyObject *object,
                     struct oc_cert *out)
{
    PyObject *der;
    if (ocpy_cert(state, object, out, &der) != 0)
        return -1;
    int status = PyList_Append(q->keep, der);
    Py_DECREF(der);
    return status;
}

static int read_trusted(struct ocpy_state *state, struct question *q, PyObject *tuple)
{
    Py_ssize_t n = PyTuple_Size(tuple);
    if (n <= 0)
        return n < 0 ? -1 : 0;
    q->trusted = PyMem_Calloc((size_t)n, sizeof *q->trusted);
    if (q->trusted == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (keep_cert(state, q, PyTuple_GetItem(tuple, i), &q->trusted[i]) != 0)
            return -1;
    }
    q->policy.trusted = q->trusted;
    q->policy.n_trusted = (size_t)n;
    return 0;
}

static int read_policy(struct ocpy_state *state, struct question *q, PyObject *dict)
{
    struct oc_policy *policy = &q->policy;
    int64_t rule = 0;
    oc_policy_init(policy, 0);
    if (ocpy_get_number(state, dict, OCPY_KEY_now, &policy->now) != 0 ||
        ocpy_get_number(state, dict, OCPY_KEY_skew, &policy->skew) != 0 ||
        ocpy_get_number(state, dict, OCPY_KEY_max_age, &policy->max_age) != 0 ||
        ocpy_get_number(state, dict, OCPY_KEY_nonce_rule, &rule) != 0 ||
        ocpy_get_bytes(state, dict, OCPY_KEY_nonce, &policy->nonce) != 0 ||
        ocpy_get_flag(state, dict, OCPY_KEY_insecure_allow_sha1, &policy->insecure_allow_sha1) !=
            0 ||
        ocpy_get_flag(state, dict, OCPY_KEY_insecure_allow_small_rsa,
                      &policy->insecure_allow_small_rsa) != 0 ||
        ocpy_get_flag(state, dict, OCPY_KEY_ignore_times, &policy->ignore_times) != 0)
        return -1;
    policy->nonce_rule = (enum oc_nonce_rule)rule;
    PyObject *trusted = ocpy_get(state, dict, OCPY_KEY_trusted);
    return trusted == NULL ? -1 : read_trusted(state, q, trusted);
}

static void raise_verify(struct ocpy_state *state, const struct oc_error *err)
{
    PyObject *made =
        PyObject_CallFunction(state->names[OCPY_VERIFICATION_ERROR], "sns", oc_err_name(err->code),
                              (Py_ssize_t)err->offset, err->what);
    if (made != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(made), made);
    Py_XDECREF(made);
}

// The certificate in question is given whole, or as the content of its serial number.
static int read_certificate(struct ocpy_state *state, struct question *q, PyObject *object)
{
    static const struct oc_error stranger = {
        OC_ERR_ARGUMENT, 0, "the certificate is not issued by this issuer (RFC 5280 6.1.3)"};
    struct oc_cert cert;
    if (PyBytes_Check(object)) {
        char *data;
        Py_ssize_t len;
        if (PyBytes_AsStringAndSize(object, &data, &len) != 0)
            return -1;
        q->serial = (struct oc_bytes){(const uint8_t *)data, (size_t)len};
        return 0;
    }
    if (keep_cert(state, q, object, &cert) != 0)
        return -1;
    q->serial = cert.serial;
    if (oc_issuer_names(&q->issuer, &cert))
        return 0;
    raise_verify(state, &stranger);
    return -1;
}

static int question_init(struct ocpy_state *state, struct question *q, PyObject *issuer,
                         PyObject *certificate, PyObject *policy)
{
    *q = (struct question){.keep = PyList_New(0)};
    if (q->keep == NULL || keep_cert(state, q, issuer, &q->issuer) != 0 ||
        (certificate != NULL && read_certificate(state, q, certificate) != 0))
        return -1;
    return policy == NULL ? 0 : read_policy(state, q, policy);
}

static void question_cleanup(struct question *q)
{
    PyMem_Free(q->trusted);
    Py_XDECREF(q->keep);
}

// The caller has released the lock of Python, because signatures take long.
static enum oc_err ask(const struct ocpy_state *state, const struct question *q,
                       const struct oc_response *resp, struct oc_verdict *out, struct oc_error *err)
{
    struct oc_issuer issuer;
    enum oc_err code = oc_issuer_init(&issuer, state->crypto, &q->issuer, err);
    if (code != OC_OK)
        return code;
    code = oc_verify(&q->policy, &issuer, q->serial, resp, out, err);
    oc_issuer_cleanup(&issuer);
    return code;
}

static PyObject *time_or_none(struct ocpy_state *state, int is_set, int64_t time)
{
    if (!is_set)
        Py_RETURN_NONE;
    return ocpy_time(state, time, OCPY_AWARE);
}

static PyObject *bytes_or_none(struct oc_bytes b)
{
    if (b.data == NULL)
        Py_RETURN_NONE;
    return ocpy_bytes(b);
}

static PyObject *number_or_none(int is_set, uint32_t number)
{
    if (!is_set)
        Py_RETURN_NONE;
    return PyLong_FromUnsignedLong(number);
}

static PyObject *verdict_fields(struct ocpy_state *state, const struct oc_verdict *v)
{
    int revoked = v->status == OC_CERT_STATUS_REVOKED;
    const struct ocpy_field fields[] = {
        {OCPY_KEY_certificate_status, ocpy_item(state->names[OCPY_CERT_STATUSES], v->status)},
        {OCPY_KEY_revocation_time, time_or_none(state, revoked, v->revocation_time)},
        {OCPY_KEY_revocation_reason, number_or_none(revoked && v->has_reason, v->reason)},
        {OCPY_KEY_is_not_issued, PyBool_FromLong(v->is_not_issued)},
        {OCPY_KEY_this_update, time_or_none(state, 1, v->this_update)},
        {OCPY_KEY_next_update, time_or_none(state, v->has_next_update, v->next_update)},
        {OCPY_KEY_produced_at, time_or_none(state, 1, v->produced_at)},
        {OCPY_KEY_archive_cutoff, time_or_none(state, v->has_archive_cutoff, v->archive_cutoff)},
        {OCPY_KEY_signer, PyUnicode_FromString(oc_signer_kind_name(v->signer))},
        {OCPY_KEY_signer_certificate, bytes_or_none(v->signer_cert)},
        {OCPY_KEY_signer_needs_check, PyBool_FromLong(v->signer_needs_check)},
        {OCPY_KEY_has_nonce, PyBool_FromLong(v->has_nonce)},
        {OCPY_KEY_ask_again, time_or_none(state, 1, v->ask_again)},
    };
    return ocpy_fields(state, fields, sizeof fields / sizeof fields[0]);
}

static PyObject *requestor_fields(const struct ocpy_state *state, const struct oc_requestor *r)
{
    const struct ocpy_field fields[] = {
        {OCPY_KEY_signer, PyUnicode_FromString(oc_signer_kind_name(r->signer))},
        {OCPY_KEY_name, bytes_or_none(r->name)},
        {OCPY_KEY_certificate, bytes_or_none(r->cert)},
    };
    return ocpy_fields(state, fields, sizeof fields / sizeof fields[0]);
}

static int is_message(const struct ocpy_state *state, PyObject *object, enum ocpy_type type)
{
    if ((PyObject *)Py_TYPE(object) == state->types[type])
        return ocpy_check_whole((const struct ocpy_message *)object) == 0;
    PyErr_SetString(PyExc_TypeError, "not a message of libocsp.ocsp");
    return 0;
}

static struct oc_bytes der_of(PyObject *object)
{
    const struct ocpy_message *m = (const struct ocpy_message *)object;
    return (struct oc_bytes){m->data, m->len};
}

// The arguments are (response, issuer, certificate, policy).
PyObject *ocpy_verify(PyObject *module, PyObject *args)
{
    struct ocpy_state *state = PyModule_GetState(module);
    PyObject *object;
    PyObject *issuer;
    PyObject *certificate;
    PyObject *policy;
    PyObject *out = NULL;
    struct question q;
    struct oc_response resp;
    struct oc_verdict verdict;
    struct oc_error err = {OC_OK, 0, NULL};
    enum oc_err code;
    if (!PyArg_ParseTuple(args, "OOOO!", &object, &issuer, &certificate, &PyDict_Type, &policy) ||
        !is_message(state, object, OCPY_RESPONSE))
        return NULL;
    if (question_init(state, &q, issuer, certificate, policy) == 0) {
        Py_BEGIN_ALLOW_THREADS;
        code = oc_response_parse(&resp, der_of(object), &err);
        if (code == OC_OK)
            code = ask(state, &q, &resp, &verdict, &err);
        Py_END_ALLOW_THREADS;
        if (code == OC_OK)
            out = verdict_fields(state, &verdict);
        else
            raise_verify(state, &err);
    }
    question_cleanup(&q);
    return out;
}

static enum oc_err ask_request(const struct ocpy_state *state, const struct question *q,
                               struct oc_bytes der, struct oc_requestor *out, struct oc_error *err)
{
    struct oc_request req;
    struct oc_issuer issuer;
    enum oc_err code = oc_request_parse(&req, der, err);
    if (code == OC_OK)
        code = oc_issuer_init(&issuer, state->crypto, &q->issuer, err);
    if (code != OC_OK)
        return code;
    code = oc_verify_request(&q->policy, &issuer, &req, out, err);
    oc_issuer_cleanup(&issuer);
    return code;
}

// The arguments are (request, issuer, policy).
PyObject *ocpy_verify_request(PyObject *module, PyObject *args)
{
    struct ocpy_state *state = PyModule_GetState(module);
    PyObject *object;
    PyObject *issuer;
    PyObject *policy;
    PyObject *out = NULL;
    struct question q;
    struct oc_requestor requestor;
    struct oc_error err = {OC_OK, 0, NULL};
    enum oc_err code;
    if (!PyArg_ParseTuple(args, "OOO!", &object, &issuer, &PyDict_Type, &policy) ||
        !is_message(state, object, OCPY_REQUEST))
        return NULL;
    if (question_init(state, &q, issuer, NULL, policy) == 0) {
        Py_BEGIN_ALLOW_THREADS;
        code = ask_request(state, &q, der_of(object), &requestor, &err);
        Py_END_ALLOW_THREADS;
        if (code == OC_OK)
            out = requestor_fields(state, &requestor);
        else
            raise_verify(state, &err);
    }
    question_cleanup(&q);
    return out;
}

// struct target is the certificate whose single response is wanted: by the cert ID of a
// request, or by issuer and serial number with any hash that the response uses.
struct target {
    struct ocpy_state *state;
    const struct question *q;  // NULL: by cert ID
    struct oc_cert_id id;
};

static bool matches(const void *arg, const struct oc_cert_id *id)
{
    const struct target *t = arg;
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_cert_id own;
    if (t->q == NULL)
        return oc_cert_id_equal(&t->id, id);
    return id->hash != OC_HASH_OTHER && oc_bytes_equal(t->q->serial, id->serial) &&
           oc_issuer_cert_id(t->state->crypto, id->hash, &t->q->issuer, t->q->serial, hashes, &own,
                             NULL) == OC_OK &&
           oc_cert_id_equal(&own, id);
}

// Makes an object of the single response that is `at` octets after the start of the list.
static PyObject *single_at(const struct oc_response *resp, size_t at, struct ocpy_message *parent)
{
    struct oc_bytes rest = resp->responses.items;
    const uint8_t *start = rest.data + at;
    struct oc_bytes whole = {NULL, 0};
    uint32_t index = 0;
    while (oc_der_read_any(&rest, NULL, NULL, &whole) == OC_OK && whole.data != start)
        index++;
    return ocpy_single_response_new(parent, whole, index);
}

static PyObject *find_single(const struct target *t, struct ocpy_message *parent)
{
    struct oc_response resp;
    struct oc_single_response single;
    size_t at = 0;
    if (oc_response_parse(&resp, (struct oc_bytes){parent->data, parent->len}, NULL) != OC_OK ||
        !oc_response_find_strictest(&resp, matches, t, &at, &single))
        Py_RETURN_NONE;
    return single_at(&resp, at, parent);
}

// The arguments are (response, request, None), or (response, certificate, issuer); None is
// returned if there is no such single response.
PyObject *ocpy_response_for(PyObject *module, PyObject *args)
{
    struct ocpy_state *state = PyModule_GetState(module);
    struct target target = {.state = state};
    struct question q;
    PyObject *object;
    PyObject *about;
    PyObject *issuer;
    PyObject *out = NULL;
    if (!PyArg_ParseTuple(args, "OOO", &object, &about, &issuer) ||
        !is_message(state, object, OCPY_RESPONSE))
        return NULL;
    struct ocpy_message *parent = (struct ocpy_message *)object;
    if (issuer == Py_None)
        return ocpy_request_id(state, about, &target.id) != 0 ? NULL : find_single(&target, parent);
    target.q = &q;
    if (question_init(state, &q, issuer, about, NULL) == 0)
        out = find_single(&target, parent);
    question_cleanup(&q);
    return out;
}
