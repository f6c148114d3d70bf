// SPDX-License-Identifier: MIT
//
// The state of the extension module libocsp._ocsp, which all its files use: the objects of
// libocsp._convert, the keys of dicts and the types. module.c fills it.
#ifndef OCPY_STATE_H
#define OCPY_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <ocsp/crypto.h>

// OCPY_SLOT casts a function to the void pointer that CPython's tables hold.
#define OCPY_SLOT(function) ((void *)(uintptr_t)(function))

// OCPY_NAMES lists the objects that the module takes from libocsp._convert: the enumerator, and
// the name there.
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

// OCPY_FIELDS lists the keys of the dicts that this module and the Python code around it hand to
// each other. Those of a verdict and a requestor are the fields of OCSPVerdict and OCSPRequestor.
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

// OCPY_CERT_SLOTS is the number of certificates whose DER is kept: an object of cryptography
// encodes the certificate again each time that its DER is asked for.
#define OCPY_CERT_SLOTS 16

struct ocpy_state {
    PyObject *names[OCPY_N_NAMES];
    PyObject *keys[OCPY_N_KEYS];
    PyObject *types[OCPY_N_TYPES];
    struct oc_crypto *crypto;
    struct ocpy_cert *certs[OCPY_CERT_SLOTS];
    uint64_t cert_clock;
};

#endif
