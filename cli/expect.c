// SPDX-License-Identifier: MIT
//
// The kind of a message was detected by its first octets. It is reported as another kind than the
// expected one only if it parses as that, so that a broken response is reported as a response.
#include "expect.h"

static bool parses_as(const struct message *message, enum message_kind kind)
{
    struct oc_request req;
    struct oc_response resp;
    struct oc_cert cert;
    struct oc_crl crl;
    switch (kind) {
    case MESSAGE_REQUEST:
        return oc_request_parse(&req, message_der(message), NULL) == OC_OK;
    case MESSAGE_RESPONSE:
        return oc_response_parse(&resp, message_der(message), NULL) == OC_OK;
    case MESSAGE_CERTIFICATE:
        return oc_cert_parse(&cert, message_der(message), NULL) == OC_OK;
    case MESSAGE_CRL:
        return oc_crl_parse(&crl, message_der(message), NULL) == OC_OK;
    case MESSAGE_NONE:
        break;
    }
    return false;
}

static bool is_kind(const struct messages *in, const struct message *message,
                    enum message_kind kind)
{
    if (message->kind == kind || !parses_as(message, message->kind))
        return true;
    message_complain(in, message, "unexpected %s instead of %s", message_kind_name(message->kind),
                     message_kind_name(kind));
    return false;
}

static bool is_read(const struct messages *in, const struct message *message, enum oc_err code,
                    const struct oc_error *err)
{
    if (code != OC_OK)
        message_complain_parse(in, message, err);
    return code == OC_OK;
}

bool expect_certificate(const struct messages *in, const struct message *message,
                        struct oc_cert *out)
{
    struct oc_error err;
    return is_kind(in, message, MESSAGE_CERTIFICATE) &&
           is_read(in, message, oc_cert_parse(out, message_der(message), &err), &err);
}

bool expect_request(const struct messages *in, const struct message *message,
                    struct oc_request *out)
{
    struct oc_error err;
    return is_kind(in, message, MESSAGE_REQUEST) &&
           is_read(in, message, oc_request_parse(out, message_der(message), &err), &err);
}

bool expect_response(const struct messages *in, const struct message *message,
                     struct oc_response *out)
{
    struct oc_error err;
    return is_kind(in, message, MESSAGE_RESPONSE) &&
           is_read(in, message, oc_response_parse(out, message_der(message), &err), &err);
}
