// SPDX-License-Identifier: MIT
//
// What a parsed message says, with stable names, for a sink.
#ifndef CLI_SHOW_DESCRIBE_H
#define CLI_SHOW_DESCRIBE_H

#include "sink.h"

#include <ocsp/cert.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

// describe_request, describe_response and describe_cert put all that a message holds
// into a sink, between its begin() and end().
void describe_request(struct sink *sink, const struct oc_request *req);
void describe_response(struct sink *sink, const struct oc_response *resp);
void describe_cert(struct sink *sink, const struct oc_cert *cert);

// cert_value is a certificate as one object, and extension_value an extension of a
// message. Both are new values.
json_t *cert_value(const struct oc_cert *cert);
json_t *extension_value(const struct oc_extension *extension);

// access_value is {"method", "location"} of an access description, a new value.
json_t *access_value(const struct oc_access *access);

#endif
