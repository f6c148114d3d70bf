// SPDX-License-Identifier: MIT
//
// The verdicts of the library and of libcrypto's d2i functions.
#include "verdict.h"

#include <ocsp/cert.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind kind_from_name(const char *name)
{
    if (strcmp(name, "request") == 0)
        return KIND_REQUEST;
    if (strcmp(name, "response") == 0)
        return KIND_RESPONSE;
    if (strcmp(name, "cert") == 0)
        return KIND_CERT;
    fprintf(stderr, "there is no kind '%s'\n", name);
    exit(2);
}

enum oc_err our_verdict(enum kind kind, struct oc_bytes der, struct oc_error *err)
{
    struct oc_request request;
    struct oc_response response;
    struct oc_cert cert;
    if (kind == KIND_REQUEST)
        return oc_request_parse(&request, der, err);
    if (kind == KIND_RESPONSE)
        return oc_response_parse(&response, der, err);
    return oc_cert_parse(&cert, der, err);
}

static bool decodes_request(struct oc_bytes der)
{
    const unsigned char *at = der.data;
    OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, (long)der.len);
    bool ok = request != NULL && at == der.data + der.len;
    OCSP_REQUEST_free(request);
    return ok;
}

// A response of another type has no BasicOCSPResponse to decode; only the error queue
// distinguishes it from a broken one.
static bool decodes_basic(OCSP_RESPONSE *response)
{
    ERR_clear_error();
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    bool ok = basic != NULL || ERR_GET_REASON(ERR_peek_error()) == OCSP_R_NOT_BASIC_RESPONSE;
    OCSP_BASICRESP_free(basic);
    return ok;
}

static bool decodes_response(struct oc_bytes der)
{
    const unsigned char *at = der.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    bool ok = response != NULL && at == der.data + der.len;
    if (ok && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
        ok = decodes_basic(response);
    OCSP_RESPONSE_free(response);
    return ok;
}

static bool decodes_cert(struct oc_bytes der)
{
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long)der.len);
    bool ok = cert != NULL && at == der.data + der.len;
    X509_free(cert);
    return ok;
}

bool their_verdict(enum kind kind, struct oc_bytes der)
{
    bool ok = kind == KIND_REQUEST    ? decodes_request(der)
              : kind == KIND_RESPONSE ? decodes_response(der)
                                      : decodes_cert(der);
    ERR_clear_error();
    return ok;
}
