// SPDX-License-Identifier: MIT
//
// The parts of a certificate that matter to OCSP, as JSON.
#ifndef CLI_SHOW_CERT_H
#define CLI_SHOW_CERT_H

#include <ocsp/cert.h>

#include <jansson.h>

// cert_value returns a certificate as one object, a new value.
json_t *cert_value(const struct oc_cert *cert);

#endif
