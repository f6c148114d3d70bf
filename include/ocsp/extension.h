// SPDX-License-Identifier: MIT
//
// The extensions of requests and responses (RFC 6960 4.4, RFC 9654, and the CRL
// entry extensions of RFC 5280 5.3 that RFC 6960 4.4.5 lets in).
//
// Those that the library knows are decoded; the rest is kept whole. A known
// extension whose value cannot be decoded makes the whole message malformed, so
// walking a list afterwards cannot fail.
#ifndef OCSP_EXTENSION_H
#define OCSP_EXTENSION_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_MAX_EXTENSIONS is the number of extensions that one list may hold; more are
// OC_ERR_LIMIT. A message may have many such lists.
#define OC_MAX_EXTENSIONS 64

// enum oc_extension_id names the extensions that are decoded.
enum oc_extension_id {
    OC_EXT_OTHER = 0,             // any other: see `oid` and `value`
    OC_EXT_NONCE,                 // RFC 9654 2.1
    OC_EXT_CRL_REFERENCE,         // RFC 6960 4.4.2
    OC_EXT_ACCEPTABLE_RESPONSES,  // RFC 6960 4.4.3
    OC_EXT_ARCHIVE_CUTOFF,        // RFC 6960 4.4.4
    OC_EXT_SERVICE_LOCATOR,       // RFC 6960 4.4.6
    OC_EXT_PREFERRED_SIGNATURES,  // RFC 6960 4.4.7
    OC_EXT_EXTENDED_REVOKE,       // RFC 6960 4.4.8
    OC_EXT_SCT_LIST,              // RFC 6962 3.3
    OC_EXT_CRL_REASON,            // RFC 5280 5.3.1
    OC_EXT_INVALIDITY_DATE,       // RFC 5280 5.3.2
    OC_EXT_CERTIFICATE_ISSUER,    // RFC 5280 5.3.3
};

// enum oc_crl_reason is why a certificate was revoked, with the numbers of
// RFC 5280 5.3.1. Other numbers can occur in messages and are kept as they are.
enum oc_crl_reason {
    OC_REASON_UNSPECIFIED = 0,
    OC_REASON_KEY_COMPROMISE = 1,
    OC_REASON_CA_COMPROMISE = 2,
    OC_REASON_AFFILIATION_CHANGED = 3,
    OC_REASON_SUPERSEDED = 4,
    OC_REASON_CESSATION_OF_OPERATION = 5,
    OC_REASON_CERTIFICATE_HOLD = 6,
    OC_REASON_REMOVE_FROM_CRL = 8,
    OC_REASON_PRIVILEGE_WITHDRAWN = 9,
    OC_REASON_AA_COMPROMISE = 10,
};

// struct oc_crl_reference is a CrlID (RFC 6960 4.4.2). Each field may be absent.
struct oc_crl_reference {
    struct oc_bytes url;     // the text, not ended by a NUL
    struct oc_bytes number;  // an INTEGER's content
    bool has_time;
    int64_t time;  // seconds since 1970
};

// struct oc_service_locator is a ServiceLocator (RFC 6960 4.4.6).
struct oc_service_locator {
    struct oc_bytes issuer;  // the Name, one whole DER element
    struct oc_list locator;  // access descriptions for oc_access_next(), or absent
};

// struct oc_extension is one extension.
//
// When read, `oid`, `critical` and `value` are set for every extension; `value` is
// the content of extnValue. The member of the union that belongs to `id` is set
// too; OC_EXT_OTHER and OC_EXT_EXTENDED_REVOKE have none.
//
// To build one, set `critical` and either `id` with its member, or OC_EXT_OTHER
// with `oid` and `value`.
struct oc_extension {
    enum oc_extension_id id;
    bool critical;
    struct oc_bytes oid;
    struct oc_bytes value;
    union {
        struct oc_bytes nonce;                // the octets of the nonce
        struct oc_list acceptable_responses;  // for oc_oid_next()
        struct oc_list preferred_signatures;  // for oc_preferred_signature_next()
        struct oc_crl_reference crl_reference;
        struct oc_service_locator service_locator;
        int64_t archive_cutoff;             // seconds since 1970
        int64_t invalidity_date;            // seconds since 1970
        uint32_t crl_reason;                // an enum oc_crl_reason or another number
        struct oc_bytes sct_list;           // SignedCertificateTimestampList
        struct oc_list certificate_issuer;  // GeneralNames, each a whole DER element
    };
};

// struct oc_preferred_signature is one PreferredSignatureAlgorithm (RFC 6960
// 4.4.7.1). `key_algorithm.oid` is absent when the field is.
struct oc_preferred_signature {
    struct oc_algorithm signature_algorithm;
    struct oc_algorithm key_algorithm;
};

// struct oc_access is one AccessDescription (RFC 5280 4.2.2.1).
//
// `location` is the GeneralName, one whole DER element; `uri` is its text when it
// is a URI, and absent otherwise. The text is as hostile as its sender and is not
// ended by a NUL.
struct oc_access {
    struct oc_bytes method;
    struct oc_bytes location;
    struct oc_bytes uri;
};

// oc_extension_next gives the next extension of a list in `*out`. Start with
// `*at` 0; false, with `*out` zero, is the end. `*at` is for this list only.
OC_API OC_MUST_USE bool oc_extension_next(const struct oc_list *list, size_t *at,
                                          struct oc_extension *out);

// oc_extension_find gives the one extension of a list that has this `id`, and
// false, with `*out` zero, when the list has none. OC_EXT_OTHER finds nothing.
OC_API OC_MUST_USE bool oc_extension_find(const struct oc_list *list, enum oc_extension_id id,
                                          struct oc_extension *out);

// oc_extensions_build encodes `n` extensions as the list that the builders of
// requests and responses take, into the end of the `size` octets at `buf`.
//
// Without a buffer (NULL) it gives the size as `out->items.len`. No extensions give
// an absent list. Returns OC_ERR_DUPLICATE for the same extension twice,
// OC_ERR_LIMIT for more than OC_MAX_EXTENSIONS, OC_ERR_ARGUMENT for an `oid` that is
// none, OC_ERR_TIME, OC_ERR_SPACE; then `*out` is zero. The list is valid as long
// as `buf`.
OC_API OC_MUST_USE enum oc_err oc_extensions_build(const struct oc_extension *extensions, size_t n,
                                                   uint8_t *buf, size_t size, struct oc_list *out,
                                                   struct oc_error *err);

// oc_oid_next gives the next object identifier of a list: acceptable responses, or
// the key purposes of a certificate. It walks as oc_extension_next() does.
OC_API OC_MUST_USE bool oc_oid_next(const struct oc_list *list, size_t *at, struct oc_bytes *oid);

// oc_preferred_signature_next gives the next preferred signature algorithm of a
// list, the most preferred first. It walks as oc_extension_next() does.
OC_API OC_MUST_USE bool oc_preferred_signature_next(const struct oc_list *list, size_t *at,
                                                    struct oc_preferred_signature *out);

// oc_access_next gives the next access description of a list: a service locator's,
// or a certificate's. It walks as oc_extension_next() does.
OC_API OC_MUST_USE bool oc_access_next(const struct oc_list *list, size_t *at,
                                       struct oc_access *out);

// oc_extension_name returns the name of `id` as in RFC 6960, for instance
// "archiveCutoff", and "other" for OC_EXT_OTHER.
OC_API const char *oc_extension_name(enum oc_extension_id id);

// oc_crl_reason_name returns the name of a reason as in RFC 5280, for instance
// "keyCompromise", and "undefined" for a number that has no name.
OC_API const char *oc_crl_reason_name(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif
