// SPDX-License-Identifier: MIT
//
// X.509 certificates (RFC 5280), as far as OCSP needs them: who issued what to
// whom, with which key, for how long, whom to ask about it, and whether it may
// sign responses. Names, keys and all other extensions stay closed.
#ifndef OCSP_CERT_H
#define OCSP_CERT_H

#include <ocsp/base.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// Bits of `key_usage` (RFC 5280 4.2.1.3).
#define OC_KEY_USAGE_DIGITAL_SIGNATURE (1U << 0)
#define OC_KEY_USAGE_NON_REPUDIATION (1U << 1)
#define OC_KEY_USAGE_KEY_ENCIPHERMENT (1U << 2)
#define OC_KEY_USAGE_DATA_ENCIPHERMENT (1U << 3)
#define OC_KEY_USAGE_KEY_AGREEMENT (1U << 4)
#define OC_KEY_USAGE_KEY_CERT_SIGN (1U << 5)
#define OC_KEY_USAGE_CRL_SIGN (1U << 6)
#define OC_KEY_USAGE_ENCIPHER_ONLY (1U << 7)
#define OC_KEY_USAGE_DECIPHER_ONLY (1U << 8)

// struct oc_cert is a certificate, as views into its DER.
//
// `tbs` is the TBSCertificate, the octets that the signature covers. `issuer` and
// `subject` are Names and `spki` the SubjectPublicKeyInfo, each one whole DER
// element; `public_key` is the content of its BIT STRING, what issuerKeyHash is
// made of (RFC 6960 4.1.1). `serial` is the content of an INTEGER. Times are
// seconds since 1970. A list or view whose extension is not there is absent.
struct oc_cert {
    struct oc_bytes der;
    struct oc_bytes tbs;
    unsigned version;  // 1, 2 or 3
    struct oc_bytes serial;
    struct oc_algorithm tbs_algorithm;  // the one inside, which must equal signature.algorithm
    struct oc_bytes issuer;
    int64_t not_before;
    int64_t not_after;
    struct oc_bytes subject;
    struct oc_bytes spki;
    struct oc_algorithm key_algorithm;
    struct oc_bytes public_key;
    struct oc_signature signature;  // its certs are absent

    struct oc_bytes authority_key_id;  // keyIdentifier (RFC 5280 4.2.1.1)
    struct oc_bytes subject_key_id;    // RFC 5280 4.2.1.2
    bool has_key_usage;
    unsigned key_usage;                    // OC_KEY_USAGE_ bits
    bool is_ca;                            // basicConstraints says so (RFC 5280 4.2.1.9)
    struct oc_list ext_key_usage;          // key purposes for oc_oid_next() (RFC 5280 4.2.1.12)
    bool ocsp_signing;                     // id-kp-OCSPSigning is among them (RFC 6960 4.2.2.2)
    struct oc_list authority_info_access;  // for oc_access_next() (RFC 5280 4.2.2.1)
    bool ocsp_nocheck;                     // id-pkix-ocsp-nocheck is there (RFC 6960 4.2.2.2.1)
    bool must_staple;                      // TLS feature status_request (RFC 7633 4.2.3)
    bool must_staple_v2;                   // TLS feature status_request_v2
    bool has_unread_critical;              // a critical extension that is not one of these
    unsigned deviations;
};

// oc_cert_parse reads one DER certificate (RFC 5280 4.1).
//
// It refuses only what is wrongly written, and checks neither signature nor
// validity. Returns OC_OK, or the first error, with `*out` zero and, if `err` is not
// NULL, `*err` filled. More than OC_MAX_EXTENSIONS extensions are OC_ERR_LIMIT. The
// views in `*out` point into `der` and live as long. May be called from several
// threads at once.
OC_API OC_MUST_USE enum oc_err oc_cert_parse(struct oc_cert *out, struct oc_bytes der,
                                             struct oc_error *err);

// oc_cert_next gives the next certificate of a message's `signature.certs` as DER,
// for oc_cert_parse(). Start with `*at` 0; false, with `*der` zero, is the end.
OC_API OC_MUST_USE bool oc_cert_next(const struct oc_list *certs, size_t *at, struct oc_bytes *der);

// oc_cert_next_ocsp_uri gives the next address of a responder that the certificate
// names (id-ad-ocsp, RFC 6960 3.1), in its order. Start with `*at` 0; false, with
// `*uri` zero, is the end. The text is as hostile as the certificate's issuer and
// not ended by a NUL.
OC_API OC_MUST_USE bool oc_cert_next_ocsp_uri(const struct oc_cert *cert, size_t *at,
                                              struct oc_bytes *uri);

// oc_cert_next_issuer_uri gives the next address of the issuer's certificate
// (id-ad-caIssuers), as oc_cert_next_ocsp_uri() does for responders.
OC_API OC_MUST_USE bool oc_cert_next_issuer_uri(const struct oc_cert *cert, size_t *at,
                                                struct oc_bytes *uri);

#ifdef __cplusplus
}
#endif

#endif
