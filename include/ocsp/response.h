// SPDX-License-Identifier: MIT
//
// OCSP responses (RFC 6960 4.2): parse one into views, build one into a buffer.
//
// Parsing says what a response claims, not whether it is true: a response that
// parses may be forged, old, or about another certificate.
#ifndef OCSP_RESPONSE_H
#define OCSP_RESPONSE_H

#include <ocsp/cert_id.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// enum oc_response_status is the outcome of a request (RFC 6960 4.2.1). Zero is
// never a success: the numbers are those of the message plus one.
enum oc_response_status {
    OC_RESPONSE_NONE = 0,
    OC_RESPONSE_SUCCESSFUL = 1,
    OC_RESPONSE_MALFORMED_REQUEST = 2,
    OC_RESPONSE_INTERNAL_ERROR = 3,
    OC_RESPONSE_TRY_LATER = 4,
    OC_RESPONSE_SIG_REQUIRED = 6,
    OC_RESPONSE_UNAUTHORIZED = 7,
};

// enum oc_cert_status is what a response says of one certificate (RFC 6960 4.2.1).
// Zero is never good: the numbers are those of the message plus one.
enum oc_cert_status {
    OC_CERT_STATUS_NONE = 0,
    OC_CERT_STATUS_GOOD = 1,
    OC_CERT_STATUS_REVOKED = 2,
    OC_CERT_STATUS_UNKNOWN = 3,
};

// enum oc_responder_kind says how a response names its signer (RFC 6960 4.2.2.3).
enum oc_responder_kind {
    OC_RESPONDER_NONE = 0,
    OC_RESPONDER_BY_NAME,
    OC_RESPONDER_BY_KEY,
};

// struct oc_responder_id is a ResponderID. `name` is the Name, one whole DER
// element, when by name; `key_hash` is the hash, 20 octets in a correct response,
// when by key; the other is absent.
struct oc_responder_id {
    enum oc_responder_kind kind;
    struct oc_bytes name;
    struct oc_bytes key_hash;
};

// struct oc_single_response is a SingleResponse: what is said of one certificate.
//
// Times are seconds since 1970. `revocation_time`, `has_reason` and `reason` count
// only when `status` is OC_CERT_STATUS_REVOKED; `reason` is an enum oc_crl_reason or
// another number.
struct oc_single_response {
    struct oc_cert_id id;
    enum oc_cert_status status;
    int64_t revocation_time;
    bool has_reason;
    uint32_t reason;
    int64_t this_update;
    bool has_next_update;
    int64_t next_update;
    struct oc_list extensions;
};

// struct oc_response is an OCSPResponse, as views into the message.
//
// `status` is always set. A successful response has a `response_type`, an object
// identifier, and `response`, the content of its OCTET STRING. All that follows is
// set only when `is_basic`, that is, when the type is id-pkix-ocsp-basic.
//
// `tbs` is the ResponseData, the octets that the signature covers, a slice of the
// message. `produced_at` is in seconds since 1970.
struct oc_response {
    struct oc_bytes der;
    enum oc_response_status status;
    struct oc_bytes response_type;
    struct oc_bytes response;
    bool is_basic;
    struct oc_bytes tbs;
    struct oc_responder_id responder;
    int64_t produced_at;
    struct oc_list responses;
    struct oc_list extensions;
    struct oc_signature signature;
    unsigned deviations;
};

// oc_response_parse reads a DER OCSPResponse (RFC 6960 4.2.1) and checks all of it
// except the certificates and names inside, which stay closed.
//
// It refuses only what is wrongly written; whether to believe what it says is for
// others to judge. A response may hold any number of single responses, also none.
// Its time is linear in `der.len`, its stack use is constant.
//
// Returns OC_OK, or the first error, with `*out` zero and, if `err` is not NULL,
// `*err` filled: OC_ERR_STATUS for a status that is not defined, OC_ERR_BODY for a
// success without a body or an error with one, others for wrong encodings. The
// views in `*out` point into `der` and live as long. May be called from several
// threads at once.
OC_API OC_MUST_USE enum oc_err oc_response_parse(struct oc_response *out, struct oc_bytes der,
                                                 struct oc_error *err);

// oc_response_next gives the next single response in `*out`. Start with `*at` 0;
// false, with `*out` zero, is the end. `*at` is for this response only.
OC_API OC_MUST_USE bool oc_response_next(const struct oc_response *resp, size_t *at,
                                         struct oc_single_response *out);

// oc_response_find gives the next single response whose cert ID equals `id`, as
// oc_cert_id_equal() compares. It walks as oc_response_next() does: there may be
// several, and they need not agree.
OC_API OC_MUST_USE bool oc_response_find(const struct oc_response *resp,
                                         const struct oc_cert_id *id, size_t *at,
                                         struct oc_single_response *out);

// struct oc_response_spec is what the ResponseData is built from.
//
// Extension lists, here and in the single responses, come from
// oc_extensions_build() or from a parsed message, and may be absent.
struct oc_response_spec {
    struct oc_responder_id responder;
    int64_t produced_at;
    const struct oc_single_response *responses;
    size_t n_responses;
    struct oc_list extensions;
};

// oc_response_build_tbs encodes a ResponseData, the octets to be signed, into the
// end of the `size` octets at `buf`; `*out` is a view of it.
//
// Without a buffer (NULL) it gives the size as `out->len`. Returns OC_ERR_ARGUMENT
// for what no response can say: no single response, no status, no responder, a
// reason without a revocation, next update before this update, a cert ID as
// oc_request_build() refuses it; OC_ERR_TIME for a year outside 0001 to 9999; or
// OC_ERR_SPACE. Then `*out` is zero and `*err`, if not NULL, is filled.
OC_API OC_MUST_USE enum oc_err oc_response_build_tbs(const struct oc_response_spec *spec,
                                                     uint8_t *buf, size_t size,
                                                     struct oc_bytes *out, struct oc_error *err);

// oc_response_assemble encodes a successful OCSPResponse from `tbs`, which
// oc_response_build_tbs() made, and the signature over it.
//
// `signature->certs` may be absent. Nothing of it may lie in `buf`, except `tbs` at its very
// front and the value of the signature right behind that. Buffer and errors are those of
// oc_response_build_tbs(); OC_ERR_ARGUMENT is a signature without algorithm.
OC_API OC_MUST_USE enum oc_err oc_response_assemble(struct oc_bytes tbs,
                                                    const struct oc_signature *signature,
                                                    uint8_t *buf, size_t size, struct oc_bytes *out,
                                                    struct oc_error *err);

// oc_response_error returns the whole OCSPResponse, static and ready to send, for an
// error status (RFC 6960 2.3). For OC_RESPONSE_SUCCESSFUL, and for what is no status,
// it returns an absent view.
OC_API struct oc_bytes oc_response_error(enum oc_response_status status);

// oc_response_status_name returns the name of a status as in RFC 6960, for instance
// "tryLater", and "none" for what is no status.
OC_API const char *oc_response_status_name(enum oc_response_status status);

// oc_cert_status_name returns "good", "revoked" or "unknown", and "none" for what is
// no status.
OC_API const char *oc_cert_status_name(enum oc_cert_status status);

#ifdef __cplusplus
}
#endif

#endif
