// SPDX-License-Identifier: MIT
//
// Requests and responses described for a sink, with stable names.
#ifndef CLI_SHOW_DESCRIBE_H
#define CLI_SHOW_DESCRIBE_H

#include "sink.h"

#include <ocsp/request.h>
#include <ocsp/response.h>

// describe_request and describe_response print all that a message contains, between sink_begin()
// and sink_end().
void describe_request(struct sink *sink, const struct oc_request *req);
void describe_response(struct sink *sink, const struct oc_response *resp);

#endif
