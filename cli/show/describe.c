// SPDX-License-Identifier: MIT
//
// Requests and responses described field by field, the most interesting first. A field that a
// message does not have is left out, except nextUpdate, whose absence has a meaning (RFC
// 6960 4.2.2.1).
#include "show/describe.h"

#include "show/cert.h"
#include "show/extension.h"
#include "value.h"

static json_t *extensions_value(const struct oc_list *list)
{
    struct oc_extension extension;
    json_t *value = value_must(json_array());
    for (size_t at = 0; oc_extension_next(list, &at, &extension);)
        value_append(value, extension_value(&extension));
    return value;
}

static json_t *hash_algorithm(const struct oc_cert_id *id)
{
    json_t *value = value_algorithm(&id->hash_algorithm);
    if (id->hash != OC_HASH_OTHER)
        put(value, "name", value_string(oc_hash_name(id->hash)));
    return value;
}

static json_t *cert_id_value(const struct oc_cert_id *id)
{
    json_t *value = value_must(json_object());
    put(value, "serial", value_integer(id->serial));
    put(value, "issuer_name_hash", value_hex(id->issuer_name_hash));
    put(value, "issuer_key_hash", value_hex(id->issuer_key_hash));
    put(value, "hash_algorithm", hash_algorithm(id));
    return value;
}

static json_t *unreadable_cert(struct oc_bytes der, const struct oc_error *err)
{
    json_t *error = value_must(json_object());
    put(error, "offset", value_count(err->offset));
    put(error, "what", value_string(err->what));
    json_t *value = value_must(json_object());
    put(value, "error", error);
    put(value, "der", value_hex(der));
    return value;
}

static void describe_certs(struct sink *sink, const struct oc_list *certs)
{
    struct oc_bytes der;
    sink_list_begin(sink, "certificates", certs->n);
    for (size_t at = 0; !sink_broken(sink) && oc_cert_next(certs, &at, &der);) {
        struct oc_cert cert;
        struct oc_error err;
        if (oc_cert_parse(&cert, der, &err) == OC_OK)
            sink_item(sink, cert_value(&cert));
        else
            sink_item(sink, unreadable_cert(der, &err));
    }
    sink_list_end(sink);
}

static void describe_signature(struct sink *sink, const struct oc_signature *signature)
{
    sink_member(sink, "signature_algorithm", value_algorithm(&signature->algorithm));
    sink_member(sink, "signature", value_hex(signature->value));
    describe_certs(sink, &signature->certs);
}

static json_t *single_request_value(const struct oc_single_request *single)
{
    json_t *value = value_must(json_object());
    put(value, "cert_id", cert_id_value(&single->id));
    put(value, "extensions", extensions_value(&single->extensions));
    return value;
}

void describe_request(struct sink *sink, const struct oc_request *req)
{
    if (req->requestor_name.data != NULL)
        sink_member(sink, "requestor_name", value_general_name(req->requestor_name));

    struct oc_single_request single;
    sink_list_begin(sink, "requests", req->requests.n);
    for (size_t at = 0; !sink_broken(sink) && oc_request_next(req, &at, &single);)
        sink_item(sink, single_request_value(&single));
    sink_list_end(sink);

    sink_member(sink, "extensions", extensions_value(&req->extensions));
    sink_member(sink, "signed", value_bool(req->is_signed));
    if (req->is_signed)
        describe_signature(sink, &req->signature);
    sink_member(sink, "deviations", value_deviations(req->deviations));
}

static json_t *single_response_value(const struct oc_single_response *single)
{
    json_t *value = value_must(json_object());
    put(value, "status", value_string(oc_cert_status_name(single->status)));
    if (single->status == OC_CERT_STATUS_REVOKED) {
        put(value, "revocation_time", value_time(single->revocation_time));
        if (single->has_reason)
            put(value, "revocation_reason", reason_value(single->reason));
    }
    put(value, "this_update", value_time(single->this_update));
    put(value, "next_update",
        single->has_next_update ? value_time(single->next_update) : json_null());
    put(value, "cert_id", cert_id_value(&single->id));
    put(value, "extensions", extensions_value(&single->extensions));
    return value;
}

static void describe_responder(struct sink *sink, const struct oc_responder_id *responder)
{
    if (responder->kind == OC_RESPONDER_BY_NAME)
        sink_member(sink, "responder_name", value_name(responder->name));
    else
        sink_member(sink, "responder_key_hash", value_hex(responder->key_hash));
}

static void describe_basic(struct sink *sink, const struct oc_response *resp)
{
    describe_responder(sink, &resp->responder);
    sink_member(sink, "produced_at", value_time(resp->produced_at));

    struct oc_single_response single;
    sink_list_begin(sink, "responses", resp->responses.n);
    for (size_t at = 0; !sink_broken(sink) && oc_response_next(resp, &at, &single);)
        sink_item(sink, single_response_value(&single));
    sink_list_end(sink);

    sink_member(sink, "extensions", extensions_value(&resp->extensions));
    describe_signature(sink, &resp->signature);
}

void describe_response(struct sink *sink, const struct oc_response *resp)
{
    sink_member(sink, "status", value_string(oc_response_status_name(resp->status)));
    if (resp->response_type.data != NULL)
        sink_member(sink, "response_type", value_oid(resp->response_type));
    if (resp->is_basic)
        describe_basic(sink, resp);
    else if (resp->response.data != NULL)
        sink_member(sink, "response", value_hex(resp->response));
    sink_member(sink, "deviations", value_deviations(resp->deviations));
}
