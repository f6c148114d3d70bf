// SPDX-License-Identifier: MIT
//
// ocsp/crl.h: read and verify certificate revocation lists
//
// A CRL lists the certificates that a CA has revoked (RFC 5280 5). oc_crl_parse() gives views
// into one, oc_crl_find() looks for a serial number, and oc_crl_verify() decides whether to
// believe the CRL and what it then says about a certificate, as oc_verify() does for an OCSP
// response. oc_crl_check() decides the first of these alone. A CRL may have any number of entries:
// nothing is copied, and nothing is allocated.
//
// Example
//
//     struct oc_crl crl;
//     struct oc_verdict verdict;
//
//     if (oc_crl_parse(&crl, der, &err) != OC_OK)
//         ...;  // err.what says why
//     if (oc_crl_verify(&policy, &issuer, serial, &crl, NULL, &verdict, &err) != OC_OK)
//         ...;  // not believed: err.what says why
//     else if (verdict.status == OC_CERT_STATUS_GOOD)
//         ...;  // good, and nothing else is good
//
// Caveats
//
// Parsing reports what a CRL claims, not whether it is true: a CRL that parses may be forged,
// old, or of another CA. A serial number that oc_crl_find() does not find need not be good: the
// CRL may list only some of the revoked certificates. oc_crl_verify() decides that.
//
// A CRL says nothing about a certificate that has expired, unless it has expiredCertsOnCRL: CAs
// drop expired certificates from their CRLs, and a verdict of "good" does not mean that such a
// certificate was never revoked.
#ifndef OCSP_CRL_H
#define OCSP_CRL_H

#include <ocsp/base.h>
#include <ocsp/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_policy is what the caller requires: see <ocsp/verify.h>.
struct oc_policy;

// struct oc_issuer is a prepared issuer: see <ocsp/issuer.h>.
struct oc_issuer;

// struct oc_verdict is what oc_crl_verify() fills: see <ocsp/verify.h>.
struct oc_verdict;

// Parsing

// struct oc_crl_scope is the extension issuingDistributionPoint, which says what a CRL covers
// (RFC 5280 5.2.5). It is zero when the CRL does not have the extension.
struct oc_crl_scope {
    bool is_present;
    struct oc_list full_name;       // GeneralNames, each a whole DER element, or absent
    struct oc_bytes relative_name;  // content of nameRelativeToCRLIssuer, or absent
    bool only_user_certs;           // onlyContainsUserCerts
    bool only_ca_certs;             // onlyContainsCACerts
    bool only_attribute_certs;      // onlyContainsAttributeCerts
    bool is_indirect;               // indirectCRL: lists certificates of other issuers, too
    bool has_only_some_reasons;     // onlySomeReasons is present
    unsigned only_some_reasons;     // bit n of ReasonFlags (RFC 5280 4.2.1.13) is 1U << n
};

// struct oc_crl is a CRL, as views into its DER. A view or list is absent when its field or
// extension is. Times are seconds since 1970.
//
// The members from `number` on are extensions of the CRL (RFC 5280 5.2), which `extensions` has
// as well. `has_unknown_critical` and `has_unknown_critical_entry` say that a critical extension
// of the CRL or of an entry is none of those that the library reads: such a CRL must not be used
// (RFC 5280 5.2, 5.3), and oc_crl_verify() does not.
struct oc_crl {
    struct oc_bytes der;                // the whole CRL
    struct oc_bytes tbs;                // TBSCertList, the octets that the signature covers
    unsigned version;                   // 1 or 2
    struct oc_algorithm tbs_algorithm;  // inside `tbs`; must equal signature.algorithm
    struct oc_bytes issuer;             // a Name, one whole DER element
    int64_t this_update;
    bool has_next_update;
    int64_t next_update;
    struct oc_list revoked;            // revokedCertificates, for oc_crl_next()
    struct oc_list extensions;         // crlExtensions, for oc_extension_next()
    struct oc_signature signature;     // not verified; its certs are absent
    bool has_unknown_critical;         // in `extensions`
    bool has_unknown_critical_entry;   // in the extensions of an entry
    bool has_certificate_issuer;       // an entry has certificateIssuer (RFC 5280 5.3.3)
    struct oc_bytes number;            // cRLNumber, the content of an INTEGER (5.2.3)
    struct oc_bytes base_number;       // deltaCRLIndicator, likewise: this is a delta CRL (5.2.4)
    struct oc_crl_scope scope;         // issuingDistributionPoint (5.2.5)
    struct oc_bytes authority_key_id;  // keyIdentifier of authorityKeyIdentifier (5.2.1)
    struct oc_list freshest;           // freshestCRL: DistributionPoints, whole elements (5.2.6)
    bool has_expired_certs;            // expiredCertsOnCRL (X.509 9.5.2.8)
    int64_t expired_certs;             // certificates that expired since then are still listed
    unsigned deviations;               // OC_DEV_ bits
};

// struct oc_crl_entry is one entry: a revoked certificate. Times are seconds since 1970.
//
// An entry whose serial number can be read revokes that number, whatever else of it cannot be
// read. An entry without a readable date counts as dated at the thisUpdate of its CRL.
//
// `has_unreadable_extensions` says that crlEntryExtensions is not a list as RFC 5280 5.1 requires,
// that an extension in it or its value is malformed, that it has an extension twice or more than
// OC_MAX_EXTENSIONS of them, or that octets follow it. The members are then those of the
// extensions that can be read. A reason or date that is there twice is not given. `extensions`
// ends before the first extension that cannot be read, and is absent if there is no list.
//
// `has_unknown_critical` says that an extension is marked critical but is not understood: it is
// none of those that have a member here, or it cannot be read. It is set for a certificateIssuer
// that cannot be read as well, critical or not. An extension in which the mark itself cannot be
// read does not set it.
//
// `certificate_issuer` is absent unless this very entry has it. The issuer of an entry's
// certificate is the one in the nearest entry at or before it that has certificateIssuer, and
// the issuer of the CRL if there is none (RFC 5280 5.3.3).
struct oc_crl_entry {
    struct oc_bytes serial;  // the content of an INTEGER
    bool has_revocation_date;
    int64_t revocation_date;  // 0 without has_revocation_date
    bool has_reason;
    uint32_t reason;           // an enum oc_crl_reason or another number
    bool has_invalidity_date;  // RFC 5280 5.3.2
    int64_t invalidity_date;
    struct oc_list certificate_issuer;  // GeneralNames, each a whole DER element, or absent
    bool has_unknown_critical;
    bool has_unreadable_extensions;
    struct oc_list extensions;  // crlEntryExtensions, for oc_extension_next()
};

// oc_crl_parse reads a DER CertificateList (RFC 5280 5.1) and checks all of it, each entry
// included, so that walking it cannot fail. Names are kept as octets.
//
// It rejects only a wrong encoding, and checks neither signature nor times. The number of
// entries has no limit; more than OC_MAX_EXTENSIONS extensions of the CRL are OC_ERR_LIMIT. The
// time is linear in `der.len`, and the use of stack is constant. A list of entries that is
// present but empty is accepted, and sets OC_DEV_LIST_EMPTY.
//
// Of an entry only its SEQUENCE and its serial number must be readable: rejecting the CRL for the
// rest would lose its revocations. A date that is missing or is not a Time sets
// OC_DEV_ENTRY_DATE, and extensions that cannot be read set OC_DEV_ENTRY_EXTENSION. A SEQUENCE in
// the place of the date is taken for the extensions of an entry without a date.
//
// Returns OC_OK, or the first error, with `*out` zero and, if `err` is not NULL, `*err` filled.
// The errors are those of an encoding, without OC_ERR_STATUS and OC_ERR_BODY; OC_ERR_VERSION is
// a version that is not v2.
//
// The views in `*out` point into `der` and are valid as long as it is. May be called from
// several threads at once.
OC_API OC_MUST_USE enum oc_err oc_crl_parse(struct oc_crl *out, struct oc_bytes der,
                                            struct oc_error *err);

// oc_crl_next gives the next entry. Start with `*at` 0; `*at` belongs to this CRL only.
//
// Returns true and the entry in `*out`; or false, with `*out` zero, at the end.
OC_API OC_MUST_USE bool oc_crl_next(const struct oc_crl *crl, size_t *at, struct oc_crl_entry *out);

// oc_crl_find gives the entry of the certificate that the issuer of the CRL issued with the
// serial number `serial`, the content of an INTEGER.
//
// If a CRL lists the number more than once, the entry with the earliest date counts, and thisUpdate
// is the date of one without a readable date. One with the reason removeFromCRL, which lifts a hold
// in a delta CRL, counts only if there is no other. An entry of a
// certificate of another issuer does not count (RFC 5280 5.3.3): in a CRL with certificateIssuer
// these are all entries from one that has it on, until one whose certificateIssuer contains the
// issuer of the CRL as a directoryName, in the same octets. A certificateIssuer that cannot be read
// changes nothing here, and `has_unknown_critical_entry` says that the CRL must not be used.
//
// It looks at each entry, so the time is linear. Returns true and the entry in `*out`; or false,
// with `*out` zero, when the CRL has none. May be called from several threads at once.
OC_API OC_MUST_USE bool oc_crl_find(const struct oc_crl *crl, struct oc_bytes serial,
                                    struct oc_crl_entry *out);

// oc_crl_extension_name returns the name of an extension of a CRL or of an entry, by the content
// of its OBJECT IDENTIFIER, for instance "cRLNumber"; it is "other" for one without a name here.
// It knows the extensions of RFC 5280 5.2 and 5.3, expiredCertsOnCRL, and those of AD CS. The
// text is static.
OC_API const char *oc_crl_extension_name(struct oc_bytes oid);

// Verifying

// oc_crl_check checks that `crl` is a trustworthy and current CRL of `issuer` (RFC 5280 6.3.3),
// complete or delta. It is for programs that keep the entries of CRLs in a table of their own;
// others use oc_crl_verify(), which makes the same checks.
//
// Of the policy it uses `now`, `skew`, `max_age`, `ignore_times` and the two members that begin
// with insecure_. The checks are made in this order. The first that fails is the error:
//
// 1. The issuer of the CRL is the subject of the issuer's certificate (OC_ERR_SIGNER), whose key
//    usage, if it has one, contains cRLSign (OC_ERR_DELEGATE_PURPOSE). The signature is by the
//    issuer's own key, and its algorithm is the same inside and outside of what is signed
//    (OC_ERR_SIGNATURE). It is not too weak (OC_ERR_WEAK_HASH, OC_ERR_WEAK_KEY).
// 2. No critical extension of the CRL or of an entry is left that is not understood. The CRL is
//    not indirect, which is not supported, and is not about attribute certificates
//    (OC_ERR_CRITICAL).
// 3. The times fit: nextUpdate is not before thisUpdate (OC_ERR_TIME_ORDER). Unless the policy has
//    `ignore_times`, thisUpdate is not in the future (OC_ERR_NOT_YET), and nextUpdate has not
//    passed (OC_ERR_EXPIRED) or, without one, thisUpdate is not too long ago (OC_ERR_TOO_OLD).
//
// A program that uses the entries afterwards must itself see what else the CRL says of them:
// `base_number` makes it a delta CRL, `scope` makes it a list of only some certificates or
// reasons, and removeFromCRL revokes nothing in a delta CRL.
//
// Returns OC_OK; or the first check that failed and, if `err` is not NULL, `*err` filled, with
// `err->offset` a place in the CRL. Further errors are
// - OC_ERR_ARGUMENT: the policy has a negative `skew` or `max_age`.
// - OC_ERR_UNSUPPORTED: the table does not have the algorithm of the signature, or it is not one
//   for the key.
// - OC_ERR_CRYPTO: the table failed.
//
// The library keeps no pointer. Threads are as with oc_verify().
OC_API OC_MUST_USE enum oc_err oc_crl_check(const struct oc_policy *policy,
                                            const struct oc_issuer *issuer,
                                            const struct oc_crl *crl, struct oc_error *err);

// oc_crl_verify checks that `crl` is a trustworthy and current CRL of `issuer` (RFC 5280 6.3.3),
// and sets `*out` to what it says about the certificate that `issuer` issued with the serial
// number `serial`, the content of an INTEGER. `delta` is a delta CRL that updates `crl`, or NULL.
//
// It makes the checks 1 to 3 of oc_crl_check(), with the same policy, first of `crl` and then of
// `delta`: both must be current. At the end of check 2, `crl` must not be a delta CRL
// (OC_ERR_CRITICAL). The last check is
//
// 4. The delta CRL belongs to the CRL (OC_ERR_NO_MATCH; RFC 5280 5.2.4, 6.3.3 (c)): it has
//    deltaCRLIndicator, issuingDistributionPoint and authorityKeyIdentifier are the same octets
//    or absent in both, and the CRL's number is between the delta's base number and the delta's
//    own number.
//
// The status of the verdict is then
//
// - OC_CERT_STATUS_REVOKED: the certificate is listed, for good or on hold, in the delta CRL or
//   else in the CRL. An entry of the delta CRL with the reason removeFromCRL lifts certificateHold
//   and nothing else, so that each entry for the number in the CRL must have that reason. In `crl`
//   an entry with removeFromCRL revokes, too: it has that meaning in delta CRLs only.
// - OC_CERT_STATUS_GOOD: it is not listed, and the CRL is complete, without
//   issuingDistributionPoint.
// - OC_CERT_STATUS_UNKNOWN: it is not listed in a CRL with issuingDistributionPoint, which covers
//   only some certificates or reasons.
//
// Of the other members, `revocation_time` is the date of the entry, or thisUpdate of the CRL that
// lists it if the entry has no readable date. `reason` is that of the entry; `has_reason` is false
// for removeFromCRL and for numbers that RFC 5280 5.3.1 does not assign. `this_update` is that of
// the delta CRL, if there is one, and `next_update` the earlier of the two; `produced_at` is
// `this_update`. `archive_cutoff` is the date of expiredCertsOnCRL; `signer` is
// OC_SIGNER_ISSUER; `ask_again` is as for a response. `is_not_issued`, `signer_needs_check` and
// `has_nonce` are false, and `signer_cert` is absent.
//
// Returns OC_OK and fills `*out`; or the first check that failed, with `*out` all zero
// (OC_CERT_STATUS_NONE) and, if `err` is not NULL, `*err` filled. `err->offset` is a place in the
// CRL at fault: in `delta`, if `crl` passes alone. Further errors are
// those of oc_crl_check(), and OC_ERR_ARGUMENT if `serial` is not the content of an INTEGER.
//
// The library keeps no pointer. Threads are as with oc_verify().
OC_API OC_MUST_USE enum oc_err oc_crl_verify(const struct oc_policy *policy,
                                             const struct oc_issuer *issuer, struct oc_bytes serial,
                                             const struct oc_crl *crl, const struct oc_crl *delta,
                                             struct oc_verdict *out, struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
