// SPDX-License-Identifier: MIT
//
// OCSPRequest (RFC 6960 4.1.1): read into views.
#include <ocsp/request.h>

#include "wire/cert_id.h"
#include "wire/extension.h"
#include "wire/list.h"

// Request ::= SEQUENCE {
//     reqCert                      CertID,
//     singleRequestExtensions  [0] EXPLICIT Extensions OPTIONAL }
static bool read_single(struct reader *r, struct oc_single_request *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, "Request is not a SEQUENCE (RFC 6960 4.1.1)") &&
           read_cert_id(&seq, &out->id) &&
           read_extensions(&seq, OC_DER_CONTEXT_CONSTRUCTED(0), &out->extensions) &&
           finish(&seq, "trailing bytes after the fields of a Request (RFC 6960 4.1.1)");
}

// requestList SEQUENCE OF Request.
static bool read_requests(struct reader *r, struct oc_request *out)
{
    struct oc_bytes items;
    if (!read_content(r, OC_DER_SEQUENCE, &items, "requestList is not a SEQUENCE (RFC 6960 4.1.1)"))
        return false;
    out->requests = (struct oc_list){items, 0};
    struct reader list = {items, r->parse};
    for (out->requests.n = 0; list.in.len != 0; out->requests.n++) {
        struct oc_single_request single;
        if (!read_single(&list, &single))
            return false;
    }
    return true;
}

// requestorName [1] EXPLICIT GeneralName OPTIONAL
static bool read_requestor_name(struct reader *r, struct oc_bytes *name)
{
    static const char what[] = "requestorName is not a GeneralName (RFC 6960 4.1.1)";
    struct reader inside;
    struct oc_bytes uri;
    *name = (struct oc_bytes){0};
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(1)))
        return true;
    return enter(r, OC_DER_CONTEXT_CONSTRUCTED(1), &inside, what) &&
           oci_read_general_name(&inside, name, &uri, what) &&
           finish(&inside, "trailing bytes after requestorName inside its tag (RFC 6960 4.1.1)");
}

// TBSRequest ::= SEQUENCE {
//     version            [0] EXPLICIT Version DEFAULT v1,
//     requestorName      [1] EXPLICIT GeneralName OPTIONAL,
//     requestList            SEQUENCE OF Request,
//     requestExtensions  [2] EXPLICIT Extensions OPTIONAL }
static bool read_tbs_fields(struct reader *r, struct oc_request *out)
{
    uint32_t version;
    return read_version(r, 0, &version, "version is not v1 (RFC 6960 4.1.1)") &&
           read_requestor_name(r, &out->requestor_name) && read_requests(r, out) &&
           read_extensions(r, OC_DER_CONTEXT_CONSTRUCTED(2), &out->extensions) &&
           finish(r, "trailing bytes after the fields of TBSRequest (RFC 6960 4.1.1)");
}

static bool read_tbs(struct reader *r, struct oc_request *out)
{
    struct reader fields;
    const uint8_t *start = r->in.data;
    if (!enter(r, OC_DER_SEQUENCE, &fields, "TBSRequest is not a SEQUENCE (RFC 6960 4.1.1)"))
        return false;
    out->tbs = (struct oc_bytes){start, (size_t)(r->in.data - start)};
    return read_tbs_fields(&fields, out);
}

// optionalSignature [0] EXPLICIT Signature OPTIONAL
static bool read_optional_signature(struct reader *r, struct oc_request *out)
{
    static const char what[] = "optionalSignature is not a SEQUENCE (RFC 6960 4.1.1)";
    struct reader inside;
    struct reader seq;
    out->signature = (struct oc_signature){0};
    out->is_signed = next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0));
    if (!out->is_signed)
        return true;
    return enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what) &&
           enter(&inside, OC_DER_SEQUENCE, &seq, what) &&
           oci_read_signature(seq.in, seq.parse, &out->signature) &&
           finish(&inside, "trailing bytes after Signature inside its tag (RFC 6960 4.1.1)");
}

// OCSPRequest ::= SEQUENCE {
//     tbsRequest             TBSRequest,
//     optionalSignature  [0] EXPLICIT Signature OPTIONAL }
static bool read_request(struct reader *r, struct oc_request *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, "OCSPRequest is not a SEQUENCE (RFC 6960 4.1.1)") &&
           read_tbs(&seq, out) && read_optional_signature(&seq, out) &&
           finish(&seq, "trailing bytes after the fields of OCSPRequest (RFC 6960 4.1.1)") &&
           finish(r, "trailing bytes after the OCSPRequest (RFC 6960 4.1.1)");
}

enum oc_err oc_request_parse(struct oc_request *out, struct oc_bytes der, struct oc_error *err)
{
    struct parse parse = {.start = der.data};
    struct reader r = {der, &parse};
    bool ok = read_request(&r, out);
    if (!ok)
        *out = (struct oc_request){0};
    else {
        out->der = der;
        out->deviations = parse.deviations;
    }
    return oci_parse_finish(&parse, ok, err);
}

bool oc_request_next(const struct oc_request *req, size_t *at, struct oc_single_request *out)
{
    struct parse parse;
    struct reader r;
    if (list_start(req->requests.items, *at, &parse, &r) && read_single(&r, out)) {
        *at = list_moved(&r);
        return true;
    }
    *out = (struct oc_single_request){0};
    return false;
}
