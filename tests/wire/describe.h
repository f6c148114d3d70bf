// SPDX-License-Identifier: MIT
//
// Prints the result of a parser, one value a line, for the comparison with the `expect` lines of
// the case files.
#ifndef TESTS_WIRE_DESCRIBE_H
#define TESTS_WIRE_DESCRIBE_H

#include <ocsp/cert.h>
#include <ocsp/crl.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <stdio.h>

// Each function prints lines of the form "KEY VALUE", where the key of an item of a list contains
// its number: "request.0.serial 02". Octets are hexadecimal, times are seconds since 1970. An
// absent field has no line.
void describe_request(FILE *out, const struct oc_request *req);
void describe_response(FILE *out, const struct oc_response *resp);
void describe_cert(FILE *out, const struct oc_cert *cert);
void describe_crl(FILE *out, const struct oc_crl *crl);

#endif
