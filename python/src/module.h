// SPDX-License-Identifier: MIT
//
// The extension module libocsp._ocsp: what its files share. A message of Python holds the
// octets that it was loaded from and where its fields stand in them; a property is made
// into an object when it is asked for.
#ifndef OCPY_MODULE_H
#define OCPY_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <ocsp/crypto.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

// A function as CPython's tables want it, which are of void pointers.
#define OCPY_SLOT(function) ((void *)(uintptr_t)(function))

// OCPY_NAMES lists what the module takes from libocsp._convert: the enumerator, and the name
// there.
#define OCPY_NAMES(X)                                                                              \
    X(RESPONSE_STATUSES, "RESPONSE_STATUSES")                                                      \
    X(CERT_STATUSES, "CERT_STATUSES")                                                              \
    X(REASONS, "REASONS")                                                                          \
    X(HASHES, "HASHES")                                                                            \
    X(OIDS, "OIDS")                                                                                \
    X(SIGNATURE_HASHES, "SIGNATURE_HASHES")                                                        \
    X(DER, "DER")                                                                                  \
    X(DATETIME, "DATETIME")                                                                        \
    X(UTC, "UTC")                                                                                  \
    X(WARNING, "WARNING")                                                                          \
    X(ENCODING_ERROR, "EncodingError")                                                             \
    X(OBJECT_IDENTIFIER, "object_identifier")                                                      \
    X(CERTIFICATE, "certificate")                                                                  \
    X(NAME, "name")                                                                                \
    X(GENERAL_NAME, "general_name")                                                                \
    X(EXTENSIONS, "extensions")                                                                    \
    X(SIGNATURE_HASH, "signature_hash")                                                            \
    X(SIGNATURE_PARAMETERS, "signature_parameters")                                                \
    X(UNSUPPORTED, "unsupported")                                                                  \
    X(DUPLICATE, "duplicate")                                                                      \
    X(VERIFICATION_ERROR, "verification_error")                                                    \
    X(NTH_REQUEST, "nth_request")                                                                  \
    X(NTH_RESPONSE, "nth_response")

#define OCPY_ENUMERATOR(enumerator, name) OCPY_##enumerator,
enum ocpy_name { OCPY_NAMES(OCPY_ENUMERATOR) OCPY_N_NAMES };
#undef OCPY_ENUMERATOR

// OCPY_FIELDS lists the keys of the dicts that go between this module and what is written in
// Python around it. A verdict's and a requestor's are those of OCSPVerdict and OCSPRequestor.
#define OCPY_FIELDS(X)                                                                             \
    /* cert ID, by certificates or by hashes */                                                    \
    X(hash)                                                                                        \
    X(cert)                                                                                        \
    X(issuer)                                                                                      \
    X(issuer_name_hash)                                                                            \
    X(issuer_key_hash)                                                                             \
    X(serial)                                                                                      \
    /* extension */                                                                                \
    X(oid)                                                                                         \
    X(critical)                                                                                    \
    X(value)                                                                                       \
    /* single request or response */                                                               \
    X(cert_id)                                                                                     \
    X(status)                                                                                      \
    X(this_update)                                                                                 \
    X(next_update)                                                                                 \
    X(revocation_time)                                                                             \
    X(reason)                                                                                      \
    X(extensions)                                                                                  \
    /* policy */                                                                                   \
    X(now)                                                                                         \
    X(skew)                                                                                        \
    X(max_age)                                                                                     \
    X(nonce_rule)                                                                                  \
    X(nonce)                                                                                       \
    X(trusted)                                                                                     \
    X(insecure_allow_sha1)                                                                         \
    X(insecure_allow_small_rsa)                                                                    \
    X(ignore_times)                                                                                \
    /* verdict */                                                                                  \
    X(certificate_status)                                                                          \
    X(revocation_reason)                                                                           \
    X(is_not_issued)                                                                               \
    X(produced_at)                                                                                 \
    X(archive_cutoff)                                                                              \
    X(signer)                                                                                      \
    X(signer_certificate)                                                                          \
    X(signer_needs_check)                                                                          \
    X(has_nonce)                                                                                   \
    X(ask_again)                                                                                   \
    /* requestor */                                                                                \
    X(name)                                                                                        \
    X(certificate)

#define OCPY_ENUMERATOR(key) OCPY_KEY_##key,
enum ocpy_key { OCPY_FIELDS(OCPY_ENUMERATOR) OCPY_N_KEYS };
#undef OCPY_ENUMERATOR

enum ocpy_type {
    OCPY_REQUEST,
    OCPY_SINGLE_REQUEST,
    OCPY_RESPONSE,
    OCPY_SINGLE_RESPONSE,
    OCPY_ITERATOR,
    OCPY_N_TYPES,
};

struct ocpy_cert;

// OCPY_CERT_SLOTS is the number of certificates whose DER is kept: asking an object of
// cryptography for it encodes the certificate each time.
#define OCPY_CERT_SLOTS 16

struct ocpy_state {
    PyObject *names[OCPY_N_NAMES];
    PyObject *keys[OCPY_N_KEYS];
    PyObject *types[OCPY_N_TYPES];
    struct oc_crypto *crypto;
    struct ocpy_cert *certs[OCPY_CERT_SLOTS];
    uint64_t cert_clock;
};

// struct ocpy_view is where a field stands in its message. No field stands at 0: `at` 0
// is an absent one.
struct ocpy_view {
    uint32_t at;
    uint32_t len;
};

struct ocpy_list {
    struct ocpy_view items;
    uint32_t n;
};

// struct ocpy_message is what all four types begin with. `owner` keeps the octets at
// `data`; `module` is where the state is found. When the message has an extension twice,
// which makes it malformed, `duplicate` is the identifier of that and nothing else is set.
struct ocpy_message {
    PyObject ob_base;
    PyObject *module;
    PyObject *owner;
    const uint8_t *data;
    uint32_t len;
    uint32_t deviations;
    struct ocpy_view duplicate;
};

struct ocpy_id {
    struct ocpy_view oid;
    struct ocpy_view name_hash;
    struct ocpy_view key_hash;
    struct ocpy_view serial;
    uint8_t hash;
};

struct ocpy_signature {
    struct ocpy_view oid;
    struct ocpy_view parameters;
    struct ocpy_view value;
    struct ocpy_list certs;
};

struct ocpy_single {
    struct ocpy_id id;
    uint8_t status;
    uint8_t has_reason;
    uint8_t has_next_update;
    uint32_t reason;
    int64_t revocation_time;
    int64_t this_update;
    int64_t next_update;
    struct ocpy_list extensions;
};

// enum ocpy_context says in which list an extension stands.
enum ocpy_context {
    OCPY_IN_REQUEST,
    OCPY_IN_SINGLE_REQUEST,
    OCPY_IN_RESPONSE,
    OCPY_IN_SINGLE_RESPONSE,
};

// A property about time: which of the two forms.
enum ocpy_time_form {
    OCPY_NAIVE,
    OCPY_AWARE,
};

static inline struct ocpy_state *ocpy_state(const struct ocpy_message *m)
{
    return PyModule_GetState(m->module);
}

// ocpy_pack and ocpy_unpack go between a view of the library and one that is kept.
static inline struct ocpy_view ocpy_pack(const uint8_t *base, struct oc_bytes b)
{
    if (b.data == NULL)
        return (struct ocpy_view){0, 0};
    return (struct ocpy_view){(uint32_t)(b.data - base), (uint32_t)b.len};
}

static inline struct oc_bytes ocpy_unpack(const struct ocpy_message *m, struct ocpy_view v)
{
    if (v.at == 0)
        return (struct oc_bytes){NULL, 0};
    return (struct oc_bytes){m->data + v.at, v.len};
}

static inline struct ocpy_list ocpy_pack_list(const uint8_t *base, const struct oc_list *list)
{
    return (struct ocpy_list){ocpy_pack(base, list->items), (uint32_t)list->n};
}

static inline struct oc_list ocpy_unpack_list(const struct ocpy_message *m, struct ocpy_list list)
{
    return (struct oc_list){ocpy_unpack(m, list.items), list.n};
}

// input.c

// ocpy_input gives the octets of a bytes-like object and what keeps them: the object
// itself, a view of it, or, when it can be written to, a copy. Returns 0, or -1 with an
// exception.
int ocpy_input(PyObject *object, PyObject **owner, struct oc_bytes *out);

// ocpy_raise_parse sets the exception for an error of a parser.
void ocpy_raise_parse(const struct oc_error *err);

// ocpy_is_duplicate tells whether a message fails for an extension that stands twice, and
// is one element. Such a message is loaded, as cryptography does, but nothing is read from it.
int ocpy_is_duplicate(enum oc_err code, struct oc_bytes der);

// ocpy_find_duplicate gives the identifier of the extension at which OC_ERR_DUPLICATE
// points.
struct oc_bytes ocpy_find_duplicate(struct oc_bytes der, const struct oc_error *err);

// ocpy_one_argument gives the argument `data` of a load function, borrowed, and in `*flag`
// that of the keyword `flag_name`, if it has one. Returns NULL with an exception.
PyObject *ocpy_one_argument(PyObject *args, PyObject *kwargs, const char *flag_name, int *flag);

// value.c: from the fields of a message to objects. All return NULL with an exception.

PyObject *ocpy_bytes(struct oc_bytes b);
PyObject *ocpy_integer(struct oc_bytes value);
PyObject *ocpy_time(struct ocpy_state *state, int64_t seconds, enum ocpy_time_form form);
PyObject *ocpy_oid_text(struct oc_bytes oid);
PyObject *ocpy_oid(struct ocpy_state *state, struct oc_bytes oid);
PyObject *ocpy_item(PyObject *tuple, size_t i);
PyObject *ocpy_deviations(unsigned deviations);
PyObject *ocpy_extensions(struct ocpy_state *state, const struct oc_list *list,
                          enum ocpy_context context);

// ocpy_warn_naive warns as later versions of cryptography do. Returns -1 when the warning
// is an exception.
int ocpy_warn_naive(struct ocpy_state *state, const char *instead);

// ocpy_raise_made sets the exception that the function `name` makes of `argument`, a new
// reference that is taken, also when it is NULL.
void ocpy_raise_made(struct ocpy_state *state, enum ocpy_name name, PyObject *argument);

// fields.c: dicts with the keys of OCPY_FIELDS.

// struct ocpy_field is a value, a new reference or NULL with an exception, and its key.
struct ocpy_field {
    enum ocpy_key key;
    PyObject *value;
};

// ocpy_fields makes a dict of `n` fields and takes their references. Returns NULL with an
// exception, also when a value is NULL.
PyObject *ocpy_fields(const struct ocpy_state *state, const struct ocpy_field *fields, size_t n);

// ocpy_get returns the value at `key`, borrowed, or NULL with an exception. The others
// convert it, and return 0, or -1 with an exception.
PyObject *ocpy_get(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key);
int ocpy_get_flag(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key, bool *out);
int ocpy_get_number(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key,
                    int64_t *out);

// ocpy_get_bytes gives a view of a bytes object, which the dict must keep, or an absent view of
// None.
int ocpy_get_bytes(const struct ocpy_state *state, PyObject *dict, enum ocpy_key key,
                   struct oc_bytes *out);

// id.c: cert IDs and signatures, which requests and responses both have.

enum ocpy_id_field {
    OCPY_ID_NAME_HASH,
    OCPY_ID_KEY_HASH,
    OCPY_ID_HASH_ALGORITHM,
    OCPY_ID_SERIAL,
};

enum ocpy_signature_field {
    OCPY_SIGNATURE_VALUE,
    OCPY_SIGNATURE_OID,
    OCPY_SIGNATURE_HASH_ALGORITHM,
    OCPY_SIGNATURE_ALGORITHM_PARAMETERS,
    OCPY_SIGNATURE_CERTIFICATES,
};

void ocpy_pack_id(const uint8_t *base, const struct oc_cert_id *id, struct ocpy_id *out);
void ocpy_unpack_id(const struct ocpy_message *m, const struct ocpy_id *id, struct oc_cert_id *out);
PyObject *ocpy_id_get(const struct ocpy_message *m, const struct ocpy_id *id,
                      enum ocpy_id_field field);
void ocpy_pack_signature(const uint8_t *base, const struct oc_signature *signature,
                         struct ocpy_signature *out);
PyObject *ocpy_signature_get(const struct ocpy_message *m, const struct ocpy_signature *signature,
                             enum ocpy_signature_field field);

// message.c: what the four types do alike.

void ocpy_message_init(struct ocpy_message *m, PyObject *module, PyObject *owner,
                       struct oc_bytes der);
void ocpy_message_dealloc(PyObject *self);
PyObject *ocpy_message_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
PyObject *ocpy_message_compare(PyObject *self, PyObject *other, int op);
Py_hash_t ocpy_message_hash(PyObject *self);
PyObject *ocpy_message_der(const struct ocpy_message *m);
PyObject *ocpy_public_bytes(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *ocpy_copy(PyObject *self, PyObject *unused);
PyObject *ocpy_get_deviations(PyObject *self, void *closure);

// ocpy_check_whole sets DuplicateExtension, and returns -1, when the message has an
// extension twice.
int ocpy_check_whole(const struct ocpy_message *m);

// iterator.c

// ocpy_walk is an iterator over the single requests or responses of `parent`.
PyObject *ocpy_walk(struct ocpy_message *parent, struct ocpy_list list, enum ocpy_type type);

// request.c, response.c, single.c

// ocpy_request_load and ocpy_response_load make an object of a message. They return NULL
// with an exception.
PyObject *ocpy_request_load(PyObject *module, PyObject *data, int allow_multiple);
PyObject *ocpy_response_load(PyObject *module, PyObject *data);
PyObject *ocpy_single_request_new(struct ocpy_message *parent, struct oc_bytes der, uint32_t index);
PyObject *ocpy_single_response_new(struct ocpy_message *parent, struct oc_bytes der,
                                   uint32_t index);

// ocpy_request_id gives the cert ID of an OCSPRequest with one request, or of an
// OCSPSingleRequest. Returns -1 with an exception.
int ocpy_request_id(struct ocpy_state *state, PyObject *request, struct oc_cert_id *out);

enum ocpy_single_field {
    OCPY_SINGLE_STATUS,
    OCPY_SINGLE_REVOCATION_TIME,
    OCPY_SINGLE_REVOCATION_TIME_UTC,
    OCPY_SINGLE_REVOCATION_REASON,
    OCPY_SINGLE_THIS_UPDATE,
    OCPY_SINGLE_THIS_UPDATE_UTC,
    OCPY_SINGLE_NEXT_UPDATE,
    OCPY_SINGLE_NEXT_UPDATE_UTC,
};

void ocpy_pack_single(const uint8_t *base, const struct oc_single_response *single,
                      struct ocpy_single *out);
PyObject *ocpy_single_get(const struct ocpy_message *m, const struct ocpy_single *single,
                          enum ocpy_single_field field);
const char *ocpy_cert_status_text(unsigned status);

extern PyType_Spec ocpy_request_spec;
extern PyType_Spec ocpy_single_request_spec;
extern PyType_Spec ocpy_response_spec;
extern PyType_Spec ocpy_single_response_spec;
extern PyType_Spec ocpy_iterator_spec;

// certs.c

struct oc_cert;

// ocpy_cert gives an x509.Certificate parsed; `*keep` is to be released when the views in
// it are not needed any more. Returns -1 with an exception.
int ocpy_cert(struct ocpy_state *state, PyObject *object, struct oc_cert *out, PyObject **keep);
void ocpy_certs_clear(struct ocpy_state *state);
int ocpy_certs_visit(struct ocpy_state *state, visitproc visit, void *arg);

// der.c: DER for what is written in Python.

PyObject *ocpy_element(PyObject *module, PyObject *args);
PyObject *ocpy_read_element(PyObject *module, PyObject *data);
PyObject *ocpy_oid_as_text(PyObject *module, PyObject *content);

// build.c, verify.c: functions of the module.

PyObject *ocpy_build_request(PyObject *module, PyObject *args);
PyObject *ocpy_build_request_tbs(PyObject *module, PyObject *args);
PyObject *ocpy_assemble_request(PyObject *module, PyObject *args);
PyObject *ocpy_build_response_tbs(PyObject *module, PyObject *args);
PyObject *ocpy_assemble_response(PyObject *module, PyObject *args);
PyObject *ocpy_error_response(PyObject *module, PyObject *status);
PyObject *ocpy_response_for(PyObject *module, PyObject *args);
PyObject *ocpy_verify(PyObject *module, PyObject *args);
PyObject *ocpy_verify_request(PyObject *module, PyObject *args);

#endif
