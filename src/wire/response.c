// SPDX-License-Identifier: MIT
//
// OCSPResponse (RFC 6960 4.2.1): read into views.
#include <ocsp/response.h>

#include "base/names.h"
#include "wire/cert_id.h"
#include "wire/extension.h"
#include "wire/list.h"

#include <string.h>

// RevokedInfo ::= SEQUENCE {
//     revocationTime        GeneralizedTime,
//     revocationReason  [0] EXPLICIT CRLReason OPTIONAL }
static bool read_revoked_info(struct reader *r, struct oc_single_response *out)
{
    static const char what[] = "revocationReason is not an ENUMERATED (RFC 6960 4.2.1)";
    struct reader info;
    struct reader inside;
    if (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(1), &info,
               "RevokedInfo is not a SEQUENCE (RFC 6960 4.2.1)") ||
        !read_time(&info, &out->revocation_time,
                   "revocationTime is not a GeneralizedTime (RFC 6960 4.2.1)"))
        return false;
    out->has_reason = next_is(&info, OC_DER_CONTEXT_CONSTRUCTED(0));
    if (out->has_reason && (!enter(&info, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what) ||
                            !read_enumerated(&inside, &out->reason, what) ||
                            !finish(&inside, "trailing bytes after revocationReason inside its tag "
                                             "(RFC 6960 4.2.1)")))
        return false;
    return finish(&info, "trailing bytes after the fields of RevokedInfo (RFC 6960 4.2.1)");
}

static bool read_empty(struct reader *r, uint8_t tag, const char *what)
{
    struct reader at = *r;
    struct oc_bytes content;
    if (!read_content(r, tag, &content, what))
        return false;
    return content.len == 0 || fail(&at, OC_ERR_ENCODING, what);
}

// CertStatus ::= CHOICE {
//     good     [0] IMPLICIT NULL,
//     revoked  [1] IMPLICIT RevokedInfo,
//     unknown  [2] IMPLICIT UnknownInfo }
static bool read_cert_status(struct reader *r, struct oc_single_response *out)
{
    out->revocation_time = 0;
    out->has_reason = false;
    out->reason = 0;
    if (next_is(r, OC_DER_CONTEXT(0))) {
        out->status = OC_CERT_STATUS_GOOD;
        return read_empty(r, OC_DER_CONTEXT(0), "good is not NULL (RFC 6960 4.2.1)");
    }
    if (next_is(r, OC_DER_CONTEXT_CONSTRUCTED(1))) {
        out->status = OC_CERT_STATUS_REVOKED;
        return read_revoked_info(r, out);
    }
    if (next_is(r, OC_DER_CONTEXT(2))) {
        out->status = OC_CERT_STATUS_UNKNOWN;
        return read_empty(r, OC_DER_CONTEXT(2), "unknown is not NULL (RFC 6960 4.2.1)");
    }
    return fail(r, r->in.len == 0 ? OC_ERR_MISSING : OC_ERR_TAG,
                "certStatus is not good, revoked or unknown (RFC 6960 4.2.1)");
}

// nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL
static bool read_next_update(struct reader *r, struct oc_single_response *out)
{
    static const char what[] = "nextUpdate is not a GeneralizedTime (RFC 6960 4.2.1)";
    struct reader inside;
    out->next_update = 0;
    out->has_next_update = next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0));
    return !out->has_next_update ||
           (enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what) &&
            read_time(&inside, &out->next_update, what) &&
            finish(&inside, "trailing bytes after nextUpdate inside its tag (RFC 6960 4.2.1)"));
}

// SingleResponse ::= SEQUENCE {
//     certID                CertID,
//     certStatus            CertStatus,
//     thisUpdate            GeneralizedTime,
//     nextUpdate        [0] EXPLICIT GeneralizedTime OPTIONAL,
//     singleExtensions  [1] EXPLICIT Extensions OPTIONAL }
static bool read_single(struct reader *r, struct oc_single_response *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, "SingleResponse is not a SEQUENCE (RFC 6960 4.2.1)") &&
           read_cert_id(&seq, &out->id) && read_cert_status(&seq, out) &&
           read_time(&seq, &out->this_update,
                     "thisUpdate is not a GeneralizedTime (RFC 6960 4.2.1)") &&
           read_next_update(&seq, out) &&
           read_extensions(&seq, OC_DER_CONTEXT_CONSTRUCTED(1), &out->extensions) &&
           finish(&seq, "trailing bytes after the fields of SingleResponse (RFC 6960 4.2.1)");
}

// responses SEQUENCE OF SingleResponse.
static bool read_responses(struct reader *r, struct oc_response *out)
{
    struct oc_bytes items;
    if (!read_content(r, OC_DER_SEQUENCE, &items, "responses is not a SEQUENCE (RFC 6960 4.2.1)"))
        return false;
    out->responses = (struct oc_list){items, 0};
    struct reader list = {items, r->parse};
    for (out->responses.n = 0; list.in.len != 0; out->responses.n++) {
        struct oc_single_response single;
        if (!read_single(&list, &single))
            return false;
    }
    return true;
}

// ResponderID ::= CHOICE {
//     byName  [1] Name,
//     byKey   [2] KeyHash }
static bool read_responder_id(struct reader *r, struct oc_responder_id *out)
{
    static const char by_name[] = "byName is not a Name (RFC 6960 4.2.1)";
    static const char by_key[] = "byKey is not an OCTET STRING (RFC 6960 4.2.1)";
    struct reader inside;
    if (next_is(r, OC_DER_CONTEXT_CONSTRUCTED(1))) {
        out->kind = OC_RESPONDER_BY_NAME;
        out->key_hash = (struct oc_bytes){0};
        return enter(r, OC_DER_CONTEXT_CONSTRUCTED(1), &inside, by_name) &&
               read_whole(&inside, OC_DER_SEQUENCE, &out->name, by_name) &&
               finish(&inside, "trailing bytes after byName inside its tag (RFC 6960 4.2.1)");
    }
    out->kind = OC_RESPONDER_BY_KEY;
    out->name = (struct oc_bytes){0};
    return enter(r, OC_DER_CONTEXT_CONSTRUCTED(2), &inside,
                 "responderID is not byName or byKey (RFC 6960 4.2.1)") &&
           read_content(&inside, OC_DER_OCTET_STRING, &out->key_hash, by_key) &&
           finish(&inside, "trailing bytes after byKey inside its tag (RFC 6960 4.2.1)");
}

// ResponseData ::= SEQUENCE {
//     version             [0] EXPLICIT Version DEFAULT v1,
//     responderID             ResponderID,
//     producedAt              GeneralizedTime,
//     responses               SEQUENCE OF SingleResponse,
//     responseExtensions  [1] EXPLICIT Extensions OPTIONAL }
static bool read_tbs_fields(struct reader *r, struct oc_response *out)
{
    uint32_t version;
    return read_version(r, 0, &version, "version is not v1 (RFC 6960 4.2.1)") &&
           read_responder_id(r, &out->responder) &&
           read_time(r, &out->produced_at,
                     "producedAt is not a GeneralizedTime (RFC 6960 4.2.1)") &&
           read_responses(r, out) &&
           read_extensions(r, OC_DER_CONTEXT_CONSTRUCTED(1), &out->extensions) &&
           finish(r, "trailing bytes after the fields of ResponseData (RFC 6960 4.2.1)");
}

static bool read_tbs(struct reader *r, struct oc_response *out)
{
    struct reader fields;
    const uint8_t *start = r->in.data;
    if (!enter(r, OC_DER_SEQUENCE, &fields, "ResponseData is not a SEQUENCE (RFC 6960 4.2.1)"))
        return false;
    out->tbs = (struct oc_bytes){start, (size_t)(r->in.data - start)};
    return read_tbs_fields(&fields, out);
}

// BasicOCSPResponse ::= SEQUENCE {
//     tbsResponseData        ResponseData,
//     signatureAlgorithm     AlgorithmIdentifier,
//     signature              BIT STRING,
//     certs              [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
static bool read_basic(struct reader *r, struct oc_response *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq,
                 "BasicOCSPResponse is not a SEQUENCE (RFC 6960 4.2.1)") &&
           read_tbs(&seq, out) && oci_read_signature(seq.in, seq.parse, &out->signature) &&
           finish(r, "trailing bytes after the BasicOCSPResponse (RFC 6960 4.2.1)");
}

static bool is_basic(struct oc_bytes response_type)
{
    static const uint8_t id_pkix_ocsp_basic[] = {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1};
    return response_type.len == sizeof id_pkix_ocsp_basic &&
           memcmp(response_type.data, id_pkix_ocsp_basic, sizeof id_pkix_ocsp_basic) == 0;
}

// ResponseBytes ::= SEQUENCE {
//     responseType  OBJECT IDENTIFIER,
//     response      OCTET STRING }
static bool read_response_bytes(struct reader *r, struct oc_response *out)
{
    struct reader seq;
    struct reader response;
    struct oc_bytes type;
    if (!enter(r, OC_DER_SEQUENCE, &seq, "ResponseBytes is not a SEQUENCE (RFC 6960 4.2.1)") ||
        !read_oid(&seq, &type, "responseType is not an OBJECT IDENTIFIER (RFC 6960 4.2.1)") ||
        !enter(&seq, OC_DER_OCTET_STRING, &response,
               "response is not an OCTET STRING (RFC 6960 4.2.1)") ||
        !finish(&seq, "trailing bytes after the fields of ResponseBytes (RFC 6960 4.2.1)"))
        return false;
    if (!is_basic(type))
        *out = (struct oc_response){0};
    out->response_type = type;
    out->response = response.in;
    out->is_basic = is_basic(type);
    return !out->is_basic || read_basic(&response, out);
}

// responseBytes [0] EXPLICIT ResponseBytes OPTIONAL, in a success.
static bool read_body(struct reader *r, struct oc_response *out)
{
    struct reader inside;
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)))
        return fail(r, OC_ERR_BODY, "successful without responseBytes (RFC 6960 4.2.1)");
    return enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside,
                 "responseBytes is not in its tag (RFC 6960 4.2.1)") &&
           read_response_bytes(&inside, out) &&
           finish(&inside, "trailing bytes after ResponseBytes inside their tag (RFC 6960 4.2.1)");
}

// An error has no responseBytes.
static bool read_no_body(struct reader *r, struct oc_response *out)
{
    *out = (struct oc_response){0};
    return !next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)) ||
           fail(r, OC_ERR_BODY, "responseBytes in an error response (RFC 6960 4.2.1)");
}

// OCSPResponseStatus ::= ENUMERATED {
//     successful (0), malformedRequest (1), internalError (2), tryLater (3),
//     sigRequired (5), unauthorized (6) }
static bool read_status(struct reader *r, enum oc_response_status *status)
{
    uint32_t value;
    struct reader at = *r;
    if (!read_enumerated(r, &value, "responseStatus is not an ENUMERATED (RFC 6960 4.2.1)"))
        return false;
    if (value == 4 || value > 6)
        return fail(&at, OC_ERR_STATUS, "responseStatus is not defined (RFC 6960 4.2.1)");
    *status = (enum oc_response_status)(value + 1);
    return true;
}

// OCSPResponse ::= SEQUENCE {
//     responseStatus      OCSPResponseStatus,
//     responseBytes   [0] EXPLICIT ResponseBytes OPTIONAL }
static bool read_response(struct reader *r, struct oc_response *out)
{
    struct reader seq;
    enum oc_response_status status = OC_RESPONSE_NONE;
    if (!enter(r, OC_DER_SEQUENCE, &seq, "OCSPResponse is not a SEQUENCE (RFC 6960 4.2.1)") ||
        !read_status(&seq, &status) ||
        !(status == OC_RESPONSE_SUCCESSFUL ? read_body(&seq, out) : read_no_body(&seq, out)))
        return false;
    out->status = status;
    return finish(&seq, "trailing bytes after the fields of OCSPResponse (RFC 6960 4.2.1)") &&
           finish(r, "trailing bytes after the OCSPResponse (RFC 6960 4.2.1)");
}

enum oc_err oc_response_parse(struct oc_response *out, struct oc_bytes der, struct oc_error *err)
{
    struct parse parse = {.start = der.data};
    struct reader r = {der, &parse};
    bool ok = read_response(&r, out);
    if (!ok)
        *out = (struct oc_response){0};
    else {
        out->der = der;
        out->deviations = parse.deviations;
    }
    return oci_parse_finish(&parse, ok, err);
}

bool oc_response_next(const struct oc_response *resp, size_t *at, struct oc_single_response *out)
{
    struct parse parse;
    struct reader r;
    if (list_start(resp->responses.items, *at, &parse, &r) && read_single(&r, out)) {
        *at = list_moved(&r);
        return true;
    }
    *out = (struct oc_single_response){0};
    return false;
}

bool oc_response_find(const struct oc_response *resp, const struct oc_cert_id *id, size_t *at,
                      struct oc_single_response *out)
{
    while (oc_response_next(resp, at, out)) {
        if (oc_cert_id_equal(&out->id, id))
            return true;
    }
    return false;
}

static int strictness(enum oc_cert_status status)
{
    switch (status) {
    case OC_CERT_STATUS_REVOKED:
        return 3;
    case OC_CERT_STATUS_UNKNOWN:
        return 2;
    case OC_CERT_STATUS_GOOD:
        return 1;
    case OC_CERT_STATUS_NONE:
        break;
    }
    return 0;
}

static bool outranks(const struct oc_single_response *a, const struct oc_single_response *b)
{
    int difference = strictness(a->status) - strictness(b->status);
    return difference > 0 || (difference == 0 && a->this_update > b->this_update);
}

bool oc_response_find_strictest(const struct oc_response *resp,
                                bool (*matches)(const void *arg, const struct oc_cert_id *id),
                                const void *arg, size_t *at, struct oc_single_response *out)
{
    struct oc_single_response single;
    bool is_found = false;
    *at = 0;
    *out = (struct oc_single_response){0};
    for (size_t start = 0, next = 0; oc_response_next(resp, &next, &single); start = next) {
        if (!matches(arg, &single.id) || (is_found && !outranks(&single, out)))
            continue;
        *out = single;
        *at = start;
        is_found = true;
    }
    return is_found;
}

// In the order of enum oc_response_status, which leaves 5 out.
const char *oc_response_status_name(enum oc_response_status status)
{
    static const char names[] = "none\0"
                                "successful\0"
                                "malformedRequest\0"
                                "internalError\0"
                                "tryLater\0"
                                "none\0"
                                "sigRequired\0"
                                "unauthorized\0";
    return oci_nth_name(names, status);
}

const char *oc_cert_status_name(enum oc_cert_status status)
{
    return oci_nth_name("none\0good\0revoked\0unknown\0", status);
}
