// SPDX-License-Identifier: MIT
//
// Prints what a parser made of a message, one value a line, for the comparison with
// the `expect` lines of the case files.
#ifndef TESTS_WIRE_DESCRIBE_H
#define TESTS_WIRE_DESCRIBE_H

#include <ocsp/cert.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <stdio.h>

// Each function prints lines of the form "KEY VALUE", where the key of something in a
// list has its number in it: "request.0.serial 02". Octets are hexadecimal, times are
// seconds since 1970. What is absent has no line.
void describe_request(FILE *out, const struct oc_request *req);
void describe_response(FILE *out, const struct oc_response *resp);
void describe_cert(FILE *out, const struct oc_cert *cert);

#endif
