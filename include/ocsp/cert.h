// SPDX-License-Identifier: MIT
//
// ocsp/cert.h: X.509 certificates, as far as OCSP needs them
//
// oc_cert_parse() reads a certificate (RFC 5280) for what OCSP needs: its issuer,
// subject and key, its validity, the addresses of responders, and whether it may sign
// responses. Names, keys and all other extensions are kept as octets and not read.
//
// Caveats
//
// A certificate that parses is not a certificate to trust: parsing checks neither its
// signature nor its validity nor its chain.
//
// Addresses in a certificate are as hostile as its issuer. They may contain any octet,
// so do not print them to a terminal as they are.
#ifndef OCSP_CERT_H
#define OCSP_CERT_H

#include <ocsp/base.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_KEY_USAGE_DIGITAL_SIGNATURE and the macros below are the bits of `key_usage`
// (RFC 5280 4.2.1.3).
#define OC_KEY_USAGE_DIGITAL_SIGNATURE (1U << 0)  // digitalSignature
#define OC_KEY_USAGE_NON_REPUDIATION (1U << 1)    // nonRepudiation, contentCommitment
#define OC_KEY_USAGE_KEY_ENCIPHERMENT (1U << 2)   // keyEncipherment
#define OC_KEY_USAGE_DATA_ENCIPHERMENT (1U << 3)  // dataEncipherment
#define OC_KEY_USAGE_KEY_AGREEMENT (1U << 4)      // keyAgreement
#define OC_KEY_USAGE_KEY_CERT_SIGN (1U << 5)      // keyCertSign
#define OC_KEY_USAGE_CRL_SIGN (1U << 6)           // cRLSign
#define OC_KEY_USAGE_ENCIPHER_ONLY (1U << 7)      // encipherOnly
#define OC_KEY_USAGE_DECIPHER_ONLY (1U << 8)      // decipherOnly

// struct oc_cert is a certificate, as views into its DER. Names and keys are whole DER
// elements. A view or list is absent if the certificate lacks its extension. Times are
// seconds since 1970.
//
// `ocsp_nocheck` says that this certificate, a responder's, should not be checked for
// revocation. It authorises nothing.
struct oc_cert {
    struct oc_bytes der;                // the whole certificate
    struct oc_bytes tbs;                // TBSCertificate, the octets that the signature covers
    unsigned version;                   // 1, 2 or 3
    struct oc_bytes serial;             // the content of an INTEGER
    struct oc_algorithm tbs_algorithm;  // inside `tbs`; must equal signature.algorithm
    struct oc_bytes issuer;             // a Name
    int64_t not_before;
    int64_t not_after;
    struct oc_bytes subject;  // a Name
    struct oc_bytes spki;     // SubjectPublicKeyInfo; the next two are its parts
    struct oc_algorithm key_algorithm;
    struct oc_bytes public_key;     // content of the BIT STRING, as issuerKeyHash hashes it
    struct oc_signature signature;  // not verified; its certs are absent

    struct oc_bytes authority_key_id;  // keyIdentifier (RFC 5280 4.2.1.1)
    struct oc_bytes subject_key_id;    // RFC 5280 4.2.1.2
    bool has_key_usage;
    unsigned key_usage;                    // OC_KEY_USAGE_ bits
    bool is_ca;                            // basicConstraints says so (RFC 5280 4.2.1.9)
    struct oc_list ext_key_usage;          // key purposes for oc_oid_next() (RFC 5280 4.2.1.12)
    bool ocsp_signing;                     // id-kp-OCSPSigning is among them (RFC 6960 4.2.2.2)
    struct oc_list authority_info_access;  // for oc_access_next() (RFC 5280 4.2.2.1)
    bool ocsp_nocheck;                     // has id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1)
    bool must_staple;                      // TLS feature status_request (RFC 7633 4.2.3)
    bool must_staple_v2;                   // TLS feature status_request_v2
    bool has_unread_critical;              // there is a critical extension not listed here
    unsigned deviations;                   // OC_DEV_ bits
};

// oc_cert_parse reads one DER certificate (RFC 5280 4.1).
//
// It rejects only a wrong encoding, and checks neither signature nor validity. More than
// OC_MAX_EXTENSIONS extensions are OC_ERR_LIMIT.
//
// Returns OC_OK, or the first error, with `*out` zero and, if `err` is not NULL, `*err`
// filled. The errors are those of an encoding, without OC_ERR_STATUS and OC_ERR_BODY.
//
// The views in `*out` point into `der` and are valid as long as it is. May be called
// from several threads at once.
OC_API OC_MUST_USE enum oc_err oc_cert_parse(struct oc_cert *out, struct oc_bytes der,
                                             struct oc_error *err);

// oc_cert_next gives the next certificate of a message's `signature.certs` as DER, for
// oc_cert_parse(). Start with `*at` 0.
//
// Returns false, with `*der` zero, at the end of the list.
OC_API OC_MUST_USE bool oc_cert_next(const struct oc_list *certs, size_t *at, struct oc_bytes *der);

// oc_cert_next_ocsp_uri gives the next responder address that the certificate names
// (id-ad-ocsp, RFC 6960 3.1), in the certificate's order. Start with `*at` 0. The text is
// as hostile as the certificate's issuer, and has no NUL at its end.
//
// Returns false, with `*uri` zero, after the last address.
OC_API OC_MUST_USE bool oc_cert_next_ocsp_uri(const struct oc_cert *cert, size_t *at,
                                              struct oc_bytes *uri);

// oc_cert_next_issuer_uri gives the next address where the issuer's certificate can be
// fetched (id-ad-caIssuers). It is called as oc_cert_next_ocsp_uri() is.
OC_API OC_MUST_USE bool oc_cert_next_issuer_uri(const struct oc_cert *cert, size_t *at,
                                                struct oc_bytes *uri);

#ifdef __cplusplus
}
#endif

#endif
