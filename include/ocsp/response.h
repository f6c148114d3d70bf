// SPDX-License-Identifier: MIT
//
// ocsp/response.h: parse and build OCSP responses
//
// A response says whether certificates are good, revoked or unknown (RFC 6960 4.2).
// oc_response_parse() gives views into one. oc_response_build_tbs() and
// oc_response_assemble() write one into a buffer, in two steps, so that another process or
// device can sign in between. A caller that has the key itself uses oc_response_sign()
// instead.
//
// Caveats
//
// Parsing reports what a response claims, not whether it is true: a response that parses may
// be forged, old, or about another certificate. oc_verify() decides that. OC_OK means neither
// that the response is successful nor that a certificate is good.
//
// The first single response need not be the only one, nor be about the certificate in
// question: use oc_response_find_strictest().
#ifndef OCSP_RESPONSE_H
#define OCSP_RESPONSE_H

#include <ocsp/cert_id.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// Parsing

// enum oc_response_status is the outcome of a request (RFC 6960 4.2.1). The numbers are those
// of the message plus one, so that zero is not a success.
enum oc_response_status {
    OC_RESPONSE_NONE = 0,               // not a status
    OC_RESPONSE_SUCCESSFUL = 1,         // the response has a body
    OC_RESPONSE_MALFORMED_REQUEST = 2,  // malformedRequest
    OC_RESPONSE_INTERNAL_ERROR = 3,     // internalError
    OC_RESPONSE_TRY_LATER = 4,          // tryLater
    OC_RESPONSE_SIG_REQUIRED = 6,       // sigRequired
    OC_RESPONSE_UNAUTHORIZED = 7,       // unauthorized
};

// enum oc_cert_status is what a response says about one certificate (RFC 6960 4.2.1). The
// numbers are those of the message plus one, so that zero is not good.
enum oc_cert_status {
    OC_CERT_STATUS_NONE = 0,     // not a status
    OC_CERT_STATUS_GOOD = 1,     // not revoked, as far as the responder knows
    OC_CERT_STATUS_REVOKED = 2,  // revoked, permanently or on hold
    OC_CERT_STATUS_UNKNOWN = 3,  // the responder does not know the certificate
};

// enum oc_responder_kind says how a response names its signer (RFC 6960 4.2.2.3).
enum oc_responder_kind {
    OC_RESPONDER_NONE = 0,  // not named
    OC_RESPONDER_BY_NAME,   // by the subject of its certificate
    OC_RESPONDER_BY_KEY,    // by a hash of its key
};

// struct oc_responder_id is a ResponderID. The field that `kind` does not choose is absent.
struct oc_responder_id {
    enum oc_responder_kind kind;
    struct oc_bytes name;      // a Name, one whole DER element
    struct oc_bytes key_hash;  // SHA-1 of the key, 20 octets in a correct response
};

// struct oc_single_response is a SingleResponse: what is said about one certificate.
//
// Times are seconds since 1970. `revocation_time`, `has_reason` and `reason` count only when
// `status` is OC_CERT_STATUS_REVOKED.
struct oc_single_response {
    struct oc_cert_id id;
    enum oc_cert_status status;
    int64_t revocation_time;
    bool has_reason;
    uint32_t reason;      // an enum oc_crl_reason or another number
    int64_t this_update;  // when the status was known to be correct
    bool has_next_update;
    int64_t next_update;        // when newer information will be available
    struct oc_list extensions;  // singleExtensions, or absent
};

// struct oc_response is an OCSPResponse, as views into the message.
//
// `status` is always set, `response_type` and `response` only in a successful response, and
// everything after `is_basic` only when that is true.
struct oc_response {
    struct oc_bytes der;  // the whole message
    enum oc_response_status status;
    struct oc_bytes response_type;  // the content of an OBJECT IDENTIFIER
    struct oc_bytes response;       // the content of the OCTET STRING
    bool is_basic;                  // the type is id-pkix-ocsp-basic
    struct oc_bytes tbs;            // ResponseData, the octets that the signature covers
    struct oc_responder_id responder;
    int64_t produced_at;            // seconds since 1970
    struct oc_list responses;       // for oc_response_next()
    struct oc_list extensions;      // responseExtensions, for oc_extension_next()
    struct oc_signature signature;  // not verified
    unsigned deviations;            // OC_DEV_ bits
};

// oc_response_parse reads a DER OCSPResponse (RFC 6960 4.2.1) and checks all of it except the
// certificates and names inside, which are kept as octets.
//
// It rejects only a wrong encoding: oc_verify() decides whether to trust the response. A
// response may have any number of single responses, even none. The time is linear in
// `der.len`, and the use of stack is constant.
//
// Returns OC_OK, or the first error, with `*out` zero and, if `err` is not NULL, `*err`
// filled: OC_ERR_STATUS for a status of 4 or above 6 in the message, OC_ERR_BODY for a
// success without a body or an error with one, other errors for a wrong encoding.
//
// The views in `*out` point into `der` and are valid as long as it is. May be called from
// several threads at once.
OC_API OC_MUST_USE enum oc_err oc_response_parse(struct oc_response *out, struct oc_bytes der,
                                                 struct oc_error *err);

// oc_response_next gives the next single response. Start with `*at` 0; `*at` belongs to this
// response only.
//
// Returns true and the single response in `*out`; or false, with `*out` zero, at the end.
OC_API OC_MUST_USE bool oc_response_next(const struct oc_response *resp, size_t *at,
                                         struct oc_single_response *out);

// oc_response_find gives the next single response whose cert ID equals `id` by
// oc_cert_id_equal(). It is called as oc_response_next() is, until it returns false: there may
// be several, and they need not agree.
OC_API OC_MUST_USE bool oc_response_find(const struct oc_response *resp,
                                         const struct oc_cert_id *id, size_t *at,
                                         struct oc_single_response *out);

// oc_response_find_strictest finds the single response that counts among those whose cert ID
// `matches` accepts: a response may contain several about one certificate, and they need not
// agree. The strictest status wins: revoked, then unknown, then good. Of several with that
// status, the one with the latest thisUpdate counts; of several with that time, the first.
//
// `matches` is called with `arg` and the cert ID of each single response; it decides which
// certificate is meant, for instance with oc_issuer_matches() and a serial number, or with
// oc_cert_id_equal(). Returns true, with the single response in `*out` and its place in `*at`:
// oc_response_next() with this `*at` reads it again. Returns false, with `*out` and `*at` zero,
// if none matches. Nothing is verified. May be called from several threads at once.
OC_API OC_MUST_USE bool
oc_response_find_strictest(const struct oc_response *resp,
                           bool (*matches)(const void *arg, const struct oc_cert_id *id),
                           const void *arg, size_t *at, struct oc_single_response *out);

// Building

// struct oc_response_spec says what to build a ResponseData from.
//
// There must be at least one single response. Lists of extensions, here and in the single
// responses, come from oc_extensions_build() or from a parsed message, and may be absent.
struct oc_response_spec {
    struct oc_responder_id responder;
    int64_t produced_at;
    const struct oc_single_response *responses;
    size_t n_responses;
    struct oc_list extensions;
};

// oc_response_build_tbs encodes a ResponseData, the octets to be signed, into the end of the
// `size` octets at `buf`, and sets `*out` to a view of it.
//
// Without a buffer (NULL) nothing is written, and `out->len` is the size.
//
// Returns OC_OK; or, with `*out` zero and, if `err` is not NULL, `*err` filled,
// - OC_ERR_ARGUMENT: there is no single response, status or responder; there is a reason
//   without a revocation; nextUpdate is before thisUpdate; or a cert ID is one that
//   oc_request_build() rejects.
// - OC_ERR_TIME: the year of a time is outside 0001 to 9999.
// - OC_ERR_SPACE: the buffer is too small.
//
// May be called from several threads at once, each with its own buffer.
OC_API OC_MUST_USE enum oc_err oc_response_build_tbs(const struct oc_response_spec *spec,
                                                     uint8_t *buf, size_t size,
                                                     struct oc_bytes *out, struct oc_error *err);

// oc_response_assemble encodes a successful OCSPResponse from `tbs`, made by
// oc_response_build_tbs(), and the signature over it.
//
// `signature->certs` may be absent. No input may lie in `buf`, except `tbs` at its very front
// and the value of the signature directly behind `tbs`. Buffer and errors are those of
// oc_response_build_tbs(); a signature without an algorithm is OC_ERR_ARGUMENT.
OC_API OC_MUST_USE enum oc_err oc_response_assemble(struct oc_bytes tbs,
                                                    const struct oc_signature *signature,
                                                    uint8_t *buf, size_t size, struct oc_bytes *out,
                                                    struct oc_error *err);

// oc_response_error returns the whole OCSPResponse for an error status (RFC 6960 2.3), static
// and ready to send. It returns an absent view for OC_RESPONSE_SUCCESSFUL and for a value
// that is not a status.
OC_API struct oc_bytes oc_response_error(enum oc_response_status status);

// Names

// oc_response_status_name returns the name of a status as in RFC 6960, for instance
// "tryLater", and "none" for a value that is not a status. The text is static.
OC_API const char *oc_response_status_name(enum oc_response_status status);

// oc_cert_status_name returns "good", "revoked" or "unknown", and "none" for a value that is
// not a status. The text is static.
OC_API const char *oc_cert_status_name(enum oc_cert_status status);

#ifdef __cplusplus
}
#endif

#endif
