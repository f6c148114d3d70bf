// SPDX-License-Identifier: MIT
//
// ocsp/request.h: parse and build OCSP requests
//
// A request asks about one or more certificates (RFC 6960 4.1). oc_request_parse() gives
// views into one, and oc_request_build() writes one into a buffer.
//
// Example
//
//     struct oc_request req;
//     struct oc_error err;
//     if (oc_request_parse(&req, der, &err) != OC_OK)
//         ...;  // err.what, at octet err.offset
//
//     struct oc_single_request single;
//     for (size_t at = 0; oc_request_next(&req, &at, &single);)
//         ...;  // single.id.serial
//
// Caveats
//
// A request may ask about many certificates: the first single request need not be the only
// one.
//
// `is_signed` says only that a request has a signature: oc_verify_request() checks whether it
// is right, and whose it is.
#ifndef OCSP_REQUEST_H
#define OCSP_REQUEST_H

#include <ocsp/cert_id.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// Parsing

// struct oc_single_request is a Request: one certificate that is asked about.
struct oc_single_request {
    struct oc_cert_id id;
    struct oc_list extensions;  // singleRequestExtensions
};

// struct oc_request is an OCSPRequest, as views into the message.
struct oc_request {
    struct oc_bytes der;             // the whole message
    struct oc_bytes tbs;             // TBSRequest, the octets that a signature covers
    struct oc_bytes requestor_name;  // a GeneralName, one whole DER element, or absent
    struct oc_list requests;         // for oc_request_next()
    struct oc_list extensions;       // requestExtensions, for oc_extension_next()
    bool is_signed;
    struct oc_signature signature;  // counts only if `is_signed`; not verified
    unsigned deviations;            // OC_DEV_ bits
};

// oc_request_parse reads a DER OCSPRequest (RFC 6960 4.1.1) and checks all of it except the
// certificates and names inside, which are kept as octets.
//
// It rejects only a wrong encoding: whether the request makes sense is for the caller to
// judge. A request may have any number of single requests, even none. The time is linear in
// `der.len`, and the use of stack is constant.
//
// Returns OC_OK, or the first error, with `*out` zero and, if `err` is not NULL, `*err`
// filled. The errors are those of an encoding, without OC_ERR_STATUS and OC_ERR_BODY.
//
// The views in `*out` point into `der` and are valid as long as it is. May be called from
// several threads at once.
OC_API OC_MUST_USE enum oc_err oc_request_parse(struct oc_request *out, struct oc_bytes der,
                                                struct oc_error *err);

// oc_request_next gives the next single request. Start with `*at` 0; `*at` belongs to this
// request only.
//
// Returns true and the single request in `*out`; or false, with `*out` zero, at the end.
OC_API OC_MUST_USE bool oc_request_next(const struct oc_request *req, size_t *at,
                                        struct oc_single_request *out);

// Building

// struct oc_request_spec says what to build a request from.
//
// `requestor_name` is a GeneralName, one whole DER element; or a Name, for instance the
// subject of a certificate, which becomes a directoryName; or absent. Lists of extensions,
// here and in the single requests, come from oc_extensions_build() or from a parsed message,
// and may be absent.
struct oc_request_spec {
    struct oc_bytes requestor_name;
    const struct oc_single_request *requests;
    size_t n_requests;
    struct oc_list extensions;
};

// oc_request_build encodes an OCSPRequest without a signature into the end of the `size`
// octets at `buf`, and sets `*out` to a view of it.
//
// Without a buffer (NULL) nothing is written, and `out->len` is the size.
//
// Returns OC_OK; or, with `*out` zero and, if `err` is not NULL, `*err` filled,
// - OC_ERR_ARGUMENT: there is no single request; or a cert ID has no hash algorithm, one
//   that is not its `hash`, hashes of another length, or a serial number that is not an
//   INTEGER.
// - OC_ERR_SPACE: the buffer is too small.
//
// May be called from several threads at once, each with its own buffer.
OC_API OC_MUST_USE enum oc_err oc_request_build(const struct oc_request_spec *spec, uint8_t *buf,
                                                size_t size, struct oc_bytes *out,
                                                struct oc_error *err);

// oc_request_build_tbs encodes the TBSRequest alone, the octets to be signed. It is called
// as oc_request_build() is. A caller that has the key itself uses oc_request_sign() instead.
OC_API OC_MUST_USE enum oc_err oc_request_build_tbs(const struct oc_request_spec *spec,
                                                    uint8_t *buf, size_t size, struct oc_bytes *out,
                                                    struct oc_error *err);

// oc_request_assemble encodes a signed OCSPRequest from `tbs`, made by
// oc_request_build_tbs(), and the signature over it.
//
// `signature->certs` may be absent. No input may lie in `buf`, except `tbs` at its very front
// and the value of the signature directly behind `tbs`. Buffer and errors are those of
// oc_request_build(); a signature without an algorithm is OC_ERR_ARGUMENT.
OC_API OC_MUST_USE enum oc_err oc_request_assemble(struct oc_bytes tbs,
                                                   const struct oc_signature *signature,
                                                   uint8_t *buf, size_t size, struct oc_bytes *out,
                                                   struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
