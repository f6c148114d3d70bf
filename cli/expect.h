// SPDX-License-Identifier: MIT
//
// Parsing messages that must be of one kind.
#ifndef CLI_EXPECT_H
#define CLI_EXPECT_H

#include "message.h"

#include <ocsp/cert.h>
#include <ocsp/crl.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

// expect_certificate, expect_request and expect_response parse a message. They return false after
// an error line if it is of another kind or does not parse.
bool expect_certificate(const struct messages *in, const struct message *message,
                        struct oc_cert *out);
bool expect_request(const struct messages *in, const struct message *message,
                    struct oc_request *out);
bool expect_response(const struct messages *in, const struct message *message,
                     struct oc_response *out);

#endif
