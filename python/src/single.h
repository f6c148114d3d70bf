// SPDX-License-Identifier: MIT
//
// The status of one certificate in a response, and OCSPSingleResponse.
#ifndef OCPY_SINGLE_H
#define OCPY_SINGLE_H

#include "id.h"

#include <ocsp/response.h>

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

// ocpy_single_response_new makes the object of one single response, the `index`th of `parent`.
PyObject *ocpy_single_response_new(struct ocpy_message *parent, struct oc_bytes der,
                                   uint32_t index);

extern PyType_Spec ocpy_single_response_spec;

#endif
