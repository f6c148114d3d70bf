// SPDX-License-Identifier: MIT
//
// ocsp/verify.h: decide whether to believe an OCSP response or a signed request
//
// Anyone on the network can forge a response that says "good". oc_verify() makes every check
// of RFC 6960 3.2 in one call: the response must be signed by the issuer or by a responder
// that the issuer authorised, it must be about the certificate in question, and it must be
// current. A delegate is a responder to which the issuer has given a certificate for signing
// responses (RFC 6960 4.2.2.2).
//
// oc_verify() takes a prepared issuer, a serial number, a parsed response and a policy with
// the time and the limits to judge by, and fills a verdict.
//
// Two results must be looked at. The return value says whether the response is believed; the
// `status` of the verdict then says whether the certificate is good, revoked or unknown. OC_OK
// alone does not mean good: it also comes with a revoked certificate.
//
// Example
//
//     struct oc_issuer issuer;  // prepared once for each CA, by oc_issuer_init()
//     struct oc_policy policy;
//     struct oc_verdict verdict;
//     struct oc_error err;
//
//     oc_policy_init(&policy, time(NULL));
//     if (oc_verify(&policy, &issuer, cert.serial, &resp, &verdict, &err) != OC_OK)
//         ...;  // not believed: err.what says why
//     else if (verdict.status == OC_CERT_STATUS_GOOD)
//         ...;  // good, and nothing else is good
//
// Caveats
//
// A response that is not believed says nothing: it is not the same as a verdict with the
// status "unknown".
//
// The library does not check that `issuer` issued the certificate in question, nor that
// `issuer` itself is to be trusted. The caller knows both, usually from validating a
// certificate chain.
#ifndef OCSP_VERIFY_H
#define OCSP_VERIFY_H

#include <ocsp/issuer.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_MAX_SIGNER_CERTS is the number of certificates in a message that are tried as the
// signer's. Certificates after these are ignored.
#define OC_MAX_SIGNER_CERTS 16

// Policy

// struct oc_delegates is a cache of delegates: see <ocsp/delegates.h>.
struct oc_delegates;

// enum oc_nonce_rule says what the nonce of a response must be (RFC 9654 2.1).
enum oc_nonce_rule {
    OC_NONCE_IF_PRESENT = 0,  // if a nonce was sent, one in the response must be the same
    OC_NONCE_REQUIRED,        // the response must contain the nonce that was sent
    OC_NONCE_IGNORED,         // the nonce is not checked
};

// struct oc_policy is what the caller requires of a response.
//
// oc_policy_init() sets the time and the defaults; change the members that you need. A policy
// may be used by several threads at once, unless it has `delegates`.
struct oc_policy {
    // The time to judge by, in seconds since 1970. The library reads no clock.
    int64_t now;
    // The number of seconds by which clocks may differ; default 300.
    int64_t skew;
    // The greatest age of thisUpdate, in seconds, at which a response without
    // nextUpdate is accepted; `skew` is added to it. Default 86400. 0 rejects
    // every response without nextUpdate, as RFC 9919 requires.
    int64_t max_age;
    // The rule for the nonce; default OC_NONCE_IF_PRESENT.
    enum oc_nonce_rule nonce_rule;
    // The nonce that was sent, or absent, which is the default.
    struct oc_bytes nonce;
    // Certificates of responders that are believed although the issuer has not
    // authorised them (RFC 6960 4.2.2.2, local configuration). They need not have
    // the purpose id-kp-OCSPSigning, but must be valid now. Default none.
    const struct oc_cert *trusted;
    size_t n_trusted;
    // Accept signatures made with SHA-1. Weaker hashes are never accepted.
    bool insecure_allow_sha1;
    // Accept signatures made with RSA keys below 2048 bits.
    bool insecure_allow_small_rsa;
    // For archives only: accept responses of any age, and signer certificates
    // that have expired or are not yet valid.
    bool ignore_times;
    // A cache for callers that verify many responses, or NULL, the default.
    struct oc_delegates *delegates;
};

// Verdict

// enum oc_signer_kind says why the signer may sign (RFC 6960 4.2.2.2).
enum oc_signer_kind {
    OC_SIGNER_NONE = 0,  // it may not sign: in no verdict that comes with OC_OK
    OC_SIGNER_ISSUER,    // it is the issuer itself
    OC_SIGNER_DELEGATE,  // the issuer issued it a certificate for signing
    OC_SIGNER_TRUSTED,   // the caller's policy trusts it
};

// struct oc_verdict is what a believed response says. Times are seconds since 1970.
struct oc_verdict {
    // Whether the certificate is good, revoked or unknown.
    enum oc_cert_status status;
    // When and, if `has_reason`, why the certificate was revoked. They count only
    // if the status is OC_CERT_STATUS_REVOKED. `reason` is an enum oc_crl_reason
    // or another number.
    int64_t revocation_time;
    bool has_reason;
    uint32_t reason;
    // The issuer has never issued this certificate: the response reports it as
    // revoked by extended revoke (RFC 6960 2.2).
    bool is_not_issued;
    // The time at which the status was known to be correct, the time at which newer
    // information will be available, and the time at which the response was made.
    int64_t this_update;
    bool has_next_update;
    int64_t next_update;
    int64_t produced_at;
    // The responder still has revocation information about certificates that have
    // expired since this time (RFC 6960 4.4.4).
    bool has_archive_cutoff;
    int64_t archive_cutoff;
    // Why the signer may sign.
    enum oc_signer_kind signer;
    // The DER of the signer's certificate: a delegate's points into the response,
    // a trusted responder's into the policy. Absent when the issuer signed.
    struct oc_bytes signer_cert;
    // The delegate's certificate lacks id-pkix-ocsp-nocheck, so it should be
    // checked for revocation itself (RFC 6960 4.2.2.2.1). The library does not
    // do that.
    bool signer_needs_check;
    // The response contains the nonce that was sent.
    bool has_nonce;
    // When to fetch a newer response: halfway between thisUpdate and nextUpdate,
    // or when the signer's certificate expires, if that is earlier. It is
    // `policy->now` if there is no nextUpdate or if that time has passed.
    int64_t ask_again;
};

// Checks

// oc_policy_init sets every default, and the time to judge by: `now` is in seconds since 1970.
OC_API void oc_policy_init(struct oc_policy *policy, int64_t now);

// oc_verify checks that `resp` is a trustworthy and current answer about the certificate that
// `issuer` issued with the serial number `serial` (RFC 6960 3.2), and sets `*out` to what the
// response says. `serial` is the content of an INTEGER, as in a `struct oc_cert`.
//
// The checks are made in this order. The first that fails is the error:
//
// 1. The response is successful and of the basic type (OC_ERR_NOT_SUCCESSFUL,
//    OC_ERR_NOT_BASIC).
// 2. A single response is about the certificate: issuer and serial number match, with any hash
//    algorithm that the issuer's table has (OC_ERR_NO_MATCH). If there are several, the
//    strictest counts: revoked, then unknown, then good; among equals, the latest.
// 3. The responder ID names the issuer itself, a responder that the policy trusts, or a
//    delegate whose certificate is in the response (OC_ERR_SIGNER; RFC 6960 4.2.2.2). A
//    trusted responder's certificate must be valid now (OC_ERR_DELEGATE_TIME). A delegate's
//    certificate must be signed by the issuer's own key, not by a CA above or below it
//    (OC_ERR_DELEGATE_ISSUER). It must have the purpose id-kp-OCSPSigning and, if it has a key
//    usage, digitalSignature or nonRepudiation (OC_ERR_DELEGATE_PURPOSE). It must have no
//    critical extension that is not understood (OC_ERR_CRITICAL), and be valid now
//    (OC_ERR_DELEGATE_TIME).
// 4. The signature over the octets received is right (OC_ERR_SIGNATURE). Neither it nor the
//    signature on a delegate's certificate is too weak: made with SHA-1 or a weaker hash
//    (OC_ERR_WEAK_HASH), or with an RSA key below 2048 bits (OC_ERR_WEAK_KEY).
// 5. The response and the single response have no critical extension that is not understood
//    (OC_ERR_CRITICAL).
// 6. The times fit (RFC 6960 4.2.2.1): nextUpdate is not before thisUpdate
//    (OC_ERR_TIME_ORDER), thisUpdate and producedAt are not in the future (OC_ERR_NOT_YET),
//    and nextUpdate has not passed (OC_ERR_EXPIRED) or, without one, thisUpdate is not too
//    long ago (OC_ERR_TOO_OLD).
// 7. The nonce is the one sent (RFC 6960 4.4.1; OC_ERR_NONCE_MISMATCH,
//    OC_ERR_NONCE_MISSING).
//
// Returns OC_OK and fills `*out`; or the first check that failed, with `*out` all zero
// (OC_CERT_STATUS_NONE) and, if `err` is not NULL, `*err` filled: `err->what` is the reason
// with its section, and `err->offset` the place of the part at fault in the message. If several
// certificates have the name of the signer and none passes, the error is that of the first.
// Further errors are
// - OC_ERR_ARGUMENT: the policy has a negative `skew` or `max_age`, or requires a nonce that it
//   does not have.
// - OC_ERR_UNSUPPORTED: the table does not have the algorithm of a signature, or the algorithm
//   does not fit the key.
// - OC_ERR_CRYPTO: the table failed.
//
// The library keeps no pointer; the views in `*out` point into the message or the policy. May
// be called from several threads at once if the issuer's table allows it, each with a cache of
// delegates of its own, or none.
OC_API OC_MUST_USE enum oc_err oc_verify(const struct oc_policy *policy,
                                         const struct oc_issuer *issuer, struct oc_bytes serial,
                                         const struct oc_response *resp, struct oc_verdict *out,
                                         struct oc_error *err);

// oc_verify_responder checks that the owner of `cert` may sign responses about the
// certificates of `issuer`. It makes the checks that oc_verify() makes of a signer: `cert` is
// the issuer's own certificate, one that the policy trusts, or a delegate's, and is valid at
// `policy->now`. Use it to set up a responder, or before signing a response.
//
// Returns OC_OK and in `*kind` why it may sign; or the check that failed, with `*kind`
// OC_SIGNER_NONE and, if `err` is not NULL, `*err` filled.
//
// May be called from several threads at once under the conditions of oc_verify().
OC_API OC_MUST_USE enum oc_err oc_verify_responder(const struct oc_policy *policy,
                                                   const struct oc_issuer *issuer,
                                                   const struct oc_cert *cert,
                                                   enum oc_signer_kind *kind, struct oc_error *err);

// struct oc_requestor says who signed a request, once it is believed (RFC 6960 4.1.2).
struct oc_requestor {
    // Why the signer is believed. OC_SIGNER_DELEGATE means here that the issuer
    // issued the signer's certificate, for any purpose.
    enum oc_signer_kind signer;
    // The Name in requestorName, which is the subject of the signer's certificate.
    struct oc_bytes name;
    // The DER of that certificate, in the request or in the policy. Absent when the
    // issuer itself signed.
    struct oc_bytes cert;
};

// oc_verify_request checks the signature of a request, for a responder that requires one (RFC
// 6960 4.1.2). `issuer` is the CA that issues the requestors' certificates. What a requestor
// may ask is for the caller to decide.
//
// Of the policy it uses `now`, `skew`, `trusted`, `ignore_times` and the two members that begin
// with insecure_. It makes these checks, in this order:
//
// 1. The request is signed.
// 2. Its requestorName is a directoryName.
// 3. That name belongs to the issuer itself, to a certificate that the policy trusts, or to a
//    certificate in the request that is signed by the issuer's own key. Such a certificate must
//    have no critical extension that is not understood, must have digitalSignature or
//    nonRepudiation if it has a key usage, and must be valid now.
// 4. The signature is right, and not too weak.
//
// Returns OC_OK and fills `*out`, whose views point into the message or the policy; or the
// first check that failed, with the errors of oc_verify(), `*out` zero and, if `err` is not
// NULL, `*err` filled. A request without a signature is OC_ERR_SIGNATURE.
//
// May be called from several threads at once if the issuer's table allows it.
OC_API OC_MUST_USE enum oc_err oc_verify_request(const struct oc_policy *policy,
                                                 const struct oc_issuer *issuer,
                                                 const struct oc_request *req,
                                                 struct oc_requestor *out, struct oc_error *err);

// oc_signer_kind_name returns "issuer", "delegate" or "trusted", and "none" for any other
// value. The text is static.
OC_API const char *oc_signer_kind_name(enum oc_signer_kind kind);

#ifdef __cplusplus
}
#endif

#endif
