// SPDX-License-Identifier: MIT
//
// ocsp/extension.h: the extensions of OCSP requests and responses
//
// Requests, responses, and each single request and single response in them may have a
// list of extensions (RFC 6960 4.4, RFC 9654, and the CRL entry extensions of RFC 5280
// 5.3 that RFC 6960 4.4.5 allows). The library decodes those it knows and keeps the others
// as octets.
//
// A message is malformed if an extension of a known kind has a value that cannot be decoded,
// or if a list has the same extension twice. So walking the list of a parsed message cannot
// fail.
//
// The functions here read only their arguments, and may be called from several threads at
// once. The texts that they return are static.
//
// Example
//
//     struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {octets, 32}};
//     struct oc_extension found;
//     struct oc_list list;
//
//     if (oc_extensions_build(&nonce, 1, buf, sizeof buf, &list, &err) != OC_OK)
//         ...;  // err.what says why
//     if (oc_extension_find(&list, OC_EXT_NONCE, &found))
//         ...;  // found.nonce
//
// Caveats
//
// Parsing does not act on `critical`. A caller that uses a message must reject critical
// extensions that it does not understand; oc_verify() does so.
//
// A nonce of any length is accepted, even one that RFC 9654 requires a responder to reject. A
// client should send 32 octets from a cryptographically strong generator.
#ifndef OCSP_EXTENSION_H
#define OCSP_EXTENSION_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_MAX_EXTENSIONS is the number of extensions that one list may have; more are
// OC_ERR_LIMIT. A message may have many lists.
#define OC_MAX_EXTENSIONS 64

// enum oc_extension_id names the extensions that are decoded, and the members of a
// `struct oc_extension` that hold their values.
enum oc_extension_id {
    OC_EXT_OTHER = 0,             // any other: see `oid` and `value`
    OC_EXT_NONCE,                 // `nonce` (RFC 9654 2.1)
    OC_EXT_CRL_REFERENCE,         // `crl_reference` (RFC 6960 4.4.2)
    OC_EXT_ACCEPTABLE_RESPONSES,  // `acceptable_responses` (RFC 6960 4.4.3)
    OC_EXT_ARCHIVE_CUTOFF,        // `archive_cutoff` (RFC 6960 4.4.4)
    OC_EXT_SERVICE_LOCATOR,       // `service_locator` (RFC 6960 4.4.6)
    OC_EXT_PREFERRED_SIGNATURES,  // `preferred_signatures` (RFC 6960 4.4.7)
    OC_EXT_EXTENDED_REVOKE,       // has no value, only its presence counts (RFC 6960 4.4.8)
    OC_EXT_SCT_LIST,              // `sct_list` (RFC 6962 3.3)
    OC_EXT_CRL_REASON,            // `crl_reason` (RFC 5280 5.3.1)
    OC_EXT_INVALIDITY_DATE,       // `invalidity_date` (RFC 5280 5.3.2)
    OC_EXT_CERTIFICATE_ISSUER,    // `certificate_issuer` (RFC 5280 5.3.3)
};

// enum oc_crl_reason is the reason for a revocation, with the numbers of RFC 5280 5.3.1.
// Messages can contain other numbers, which are kept as they are.
enum oc_crl_reason {
    OC_REASON_UNSPECIFIED = 0,             // unspecified
    OC_REASON_KEY_COMPROMISE = 1,          // keyCompromise
    OC_REASON_CA_COMPROMISE = 2,           // cACompromise
    OC_REASON_AFFILIATION_CHANGED = 3,     // affiliationChanged
    OC_REASON_SUPERSEDED = 4,              // superseded
    OC_REASON_CESSATION_OF_OPERATION = 5,  // cessationOfOperation
    OC_REASON_CERTIFICATE_HOLD = 6,        // certificateHold
    OC_REASON_REMOVE_FROM_CRL = 8,         // removeFromCRL
    OC_REASON_PRIVILEGE_WITHDRAWN = 9,     // privilegeWithdrawn
    OC_REASON_AA_COMPROMISE = 10,          // aACompromise
};

// struct oc_crl_reference is a CrlID, the CRL that an answer was taken from (RFC 6960
// 4.4.2). Each field may be absent.
struct oc_crl_reference {
    struct oc_bytes url;     // text, without a NUL at its end
    struct oc_bytes number;  // the content of an INTEGER
    bool has_time;
    int64_t time;  // seconds since 1970
};

// struct oc_service_locator is a ServiceLocator, which names the responders that a request
// should be forwarded to (RFC 6960 4.4.6).
struct oc_service_locator {
    struct oc_bytes issuer;  // a Name, one whole DER element
    struct oc_list locator;  // access descriptions for oc_access_next(), or absent
};

// struct oc_extension is one extension.
//
// In a parsed list, `oid`, `critical` and `value` are set for every extension, and so is the
// member of the union that belongs to `id`. OC_EXT_OTHER and OC_EXT_EXTENDED_REVOKE have no
// such member.
//
// To build one, set `critical` and either `id` with its member, or OC_EXT_OTHER with `oid`
// and `value`.
struct oc_extension {
    enum oc_extension_id id;
    bool critical;          // a receiver must reject the message if it does not know this
    struct oc_bytes oid;    // the content of an OBJECT IDENTIFIER
    struct oc_bytes value;  // the content of extnValue
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

// struct oc_preferred_signature is one PreferredSignatureAlgorithm (RFC 6960 4.4.7.1). If
// the message has no key algorithm, `key_algorithm.oid` is absent.
struct oc_preferred_signature {
    struct oc_algorithm signature_algorithm;
    struct oc_algorithm key_algorithm;
};

// struct oc_access is one AccessDescription (RFC 5280 4.2.2.1).
//
// The text of `uri` is as hostile as its sender, and has no NUL at its end.
struct oc_access {
    struct oc_bytes method;    // the content of an OBJECT IDENTIFIER
    struct oc_bytes location;  // a GeneralName, one whole DER element
    struct oc_bytes uri;       // the text of `location`; absent if that is not a URI
};

// Functions

// oc_extension_next gives the next extension of a list. Start with `*at` 0; `*at` belongs to
// this list only.
//
// Returns true and the extension in `*out`; or false, with `*out` zero, at the end.
OC_API OC_MUST_USE bool oc_extension_next(const struct oc_list *list, size_t *at,
                                          struct oc_extension *out);

// oc_extension_find gives the extension of a list that has this `id`; a list has at most
// one. OC_EXT_OTHER finds nothing.
//
// Returns true and the extension in `*out`; or false, with `*out` zero, when the list has
// none.
OC_API OC_MUST_USE bool oc_extension_find(const struct oc_list *list, enum oc_extension_id id,
                                          struct oc_extension *out);

// oc_extensions_build encodes `n` extensions, in their order, as the list that the builders
// of requests and responses take. It writes into the end of the `size` octets at `buf`.
//
// The list is valid as long as `buf` is. Without extensions it is absent. Without a buffer
// (NULL) nothing is written, and `out->items.len` is the size.
//
// Returns OC_OK; or, with `*out` zero and, if `err` is not NULL, `*err` filled,
// - OC_ERR_DUPLICATE: two extensions have the same object identifier.
// - OC_ERR_LIMIT: `n` is above OC_MAX_EXTENSIONS.
// - OC_ERR_ARGUMENT: an `oid` is not an object identifier.
// - OC_ERR_TIME: the year of a time is outside 0001 to 9999.
// - OC_ERR_SPACE: the buffer is too small.
OC_API OC_MUST_USE enum oc_err oc_extensions_build(const struct oc_extension *extensions, size_t n,
                                                   uint8_t *buf, size_t size, struct oc_list *out,
                                                   struct oc_error *err);

// oc_oid_next gives the next object identifier of a list: acceptable responses, or the key
// purposes of a certificate. It is called as oc_extension_next() is.
OC_API OC_MUST_USE bool oc_oid_next(const struct oc_list *list, size_t *at, struct oc_bytes *oid);

// oc_preferred_signature_next gives the next preferred signature algorithm of a list, the
// most preferred first. It is called as oc_extension_next() is.
OC_API OC_MUST_USE bool oc_preferred_signature_next(const struct oc_list *list, size_t *at,
                                                    struct oc_preferred_signature *out);

// oc_access_next gives the next access description of a list, which comes from a service
// locator or a certificate. It is called as oc_extension_next() is.
OC_API OC_MUST_USE bool oc_access_next(const struct oc_list *list, size_t *at,
                                       struct oc_access *out);

// oc_extension_name returns the name of `id` as in RFC 6960, for instance "archiveCutoff",
// and "other" for OC_EXT_OTHER.
OC_API const char *oc_extension_name(enum oc_extension_id id);

// oc_crl_reason_name returns the name of a reason as in RFC 5280, for instance
// "keyCompromise", and "undefined" for a number that has no name.
OC_API const char *oc_crl_reason_name(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif
