// SPDX-License-Identifier: MIT
//
// OCSP requests (RFC 6960 4.1): parse one into views, build one into a buffer.
//
//     struct oc_request req;
//     struct oc_error err;
//     if (oc_request_parse(&req, der, &err) != OC_OK)
//         ...; // err.what, at octet err.offset
//
//     struct oc_single_request single;
//     for (size_t at = 0; oc_request_next(&req, &at, &single);)
//         ...; // single.id.serial
#ifndef OCSP_REQUEST_H
#define OCSP_REQUEST_H

#include <ocsp/cert_id.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_single_request is a Request: one certificate that is asked about, and
// its singleRequestExtensions.
struct oc_single_request {
    struct oc_cert_id id;
    struct oc_list extensions;
};

// struct oc_request is an OCSPRequest, as views into the message.
//
// `tbs` is the TBSRequest, the octets that a signature covers, a slice of the
// message. `requestor_name` is a GeneralName, one whole DER element, or absent.
// `signature` counts only when `is_signed`; nothing here has verified it.
struct oc_request {
    struct oc_bytes der;
    struct oc_bytes tbs;
    struct oc_bytes requestor_name;
    struct oc_list requests;
    struct oc_list extensions;
    bool is_signed;
    struct oc_signature signature;
    unsigned deviations;
};

// oc_request_parse reads a DER OCSPRequest (RFC 6960 4.1.1) and checks all of it
// except the certificates and names inside, which stay closed.
//
// It refuses only what is wrongly written: whether it makes sense to ask so is for
// the caller to judge. A request may hold any number of single requests, also none.
// Its time is linear in `der.len`, its stack use is constant.
//
// Returns OC_OK, or the first error, with `*out` zero and, if `err` is not NULL,
// `*err` filled. The views in `*out` point into `der` and live as long. May be
// called from several threads at once.
OC_API OC_MUST_USE enum oc_err oc_request_parse(struct oc_request *out, struct oc_bytes der,
                                                struct oc_error *err);

// oc_request_next gives the next single request in `*out`. Start with `*at` 0;
// false, with `*out` zero, is the end. `*at` is for this request only.
OC_API OC_MUST_USE bool oc_request_next(const struct oc_request *req, size_t *at,
                                        struct oc_single_request *out);

// struct oc_request_spec is what a request is built from.
//
// `requestor_name` is a GeneralName, one whole DER element; or a Name, for instance the
// subject of a certificate, which becomes a directoryName; or absent. Extension lists come
// from oc_extensions_build() or from a parsed message, and may be absent.
struct oc_request_spec {
    struct oc_bytes requestor_name;
    const struct oc_single_request *requests;
    size_t n_requests;
    struct oc_list extensions;
};

// oc_request_build encodes an OCSPRequest without a signature into the end of the
// `size` octets at `buf`; `*out` is a view of it.
//
// Without a buffer (NULL) it gives the size as `out->len`. Returns OC_ERR_ARGUMENT
// for a request without single requests, without a hash algorithm, with hashes
// whose length does not fit their algorithm, or with a serial number that is no
// INTEGER; or OC_ERR_SPACE; then `*out` is zero and `*err`, if not NULL, is filled.
OC_API OC_MUST_USE enum oc_err oc_request_build(const struct oc_request_spec *spec, uint8_t *buf,
                                                size_t size, struct oc_bytes *out,
                                                struct oc_error *err);

// oc_request_build_tbs encodes the TBSRequest alone, the octets to be signed. It is
// called as oc_request_build() is.
OC_API OC_MUST_USE enum oc_err oc_request_build_tbs(const struct oc_request_spec *spec,
                                                    uint8_t *buf, size_t size, struct oc_bytes *out,
                                                    struct oc_error *err);

// oc_request_assemble encodes a signed OCSPRequest from `tbs`, which
// oc_request_build_tbs() made, and the signature over it.
//
// `signature->certs` may be absent. Nothing of it may lie in `buf`, except `tbs` at its very
// front and the value of the signature right behind that. Buffer and errors are those of
// oc_request_build(); OC_ERR_ARGUMENT is a signature without algorithm.
OC_API OC_MUST_USE enum oc_err oc_request_assemble(struct oc_bytes tbs,
                                                   const struct oc_signature *signature,
                                                   uint8_t *buf, size_t size, struct oc_bytes *out,
                                                   struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
