// SPDX-License-Identifier: MIT
//
// The CertID, as requests and responses read and write it.
#ifndef WIRE_CERT_ID_H
#define WIRE_CERT_ID_H

#include <ocsp/cert_id.h>

#include "wire/build.h"
#include "wire/parse.h"

// oci_read_cert_id reads the fields of a CertID.
bool oci_read_cert_id(struct oc_bytes in, struct parse *parse, struct oc_cert_id *id);

static inline bool read_cert_id(struct reader *r, struct oc_cert_id *id)
{
    struct reader fields;
    return enter(r, OC_DER_SEQUENCE, &fields, "certID is not a SEQUENCE (RFC 6960 4.1.1)") &&
           oci_read_cert_id(fields.in, fields.parse, id);
}

// oci_check_cert_id returns NULL, or why this cert ID cannot be written.
const char *oci_check_cert_id(const struct oc_cert_id *id);

void oci_write_cert_id(struct oc_der_writer *w, const struct oc_cert_id *id);

#endif
