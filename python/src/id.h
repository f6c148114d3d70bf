// SPDX-License-Identifier: MIT
//
// Cert IDs and signatures, which requests and responses both have.
#ifndef OCPY_ID_H
#define OCPY_ID_H

#include "message.h"

#include <ocsp/cert_id.h>

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

#endif
