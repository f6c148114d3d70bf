// SPDX-License-Identifier: MIT
//
// Whether to believe a response (RFC 6960 3.2), and what it then says.
//
//     struct oc_issuer issuer;              // once for each CA: see <ocsp/issuer.h>
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
// "Could it be verified" and "what does it say" are two answers: OC_OK comes with a
// revoked certificate, too.
#ifndef OCSP_VERIFY_H
#define OCSP_VERIFY_H

#include <ocsp/issuer.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_MAX_SIGNER_CERTS is the number of certificates in a response that are looked at for
// the signer's; those behind them are not.
#define OC_MAX_SIGNER_CERTS 16

// struct oc_delegates is a cache of delegates: see <ocsp/delegates.h>.
struct oc_delegates;

// enum oc_nonce_rule says what is asked of the nonce of a response (RFC 9654 2.1).
enum oc_nonce_rule {
    OC_NONCE_IF_PRESENT = 0,  // a nonce that is there must be the one sent, if one was sent
    OC_NONCE_REQUIRED,        // it must be there, too
    OC_NONCE_IGNORED,         // it is not looked at
};

// struct oc_policy is what the caller asks of a response. oc_policy_init() sets the
// defaults; change what you need.
//
// `now` is the time to judge by, in seconds since 1970: the library has no clock of its
// own. `skew` is by how many seconds clocks may differ. `max_age` is how many seconds ago
// thisUpdate may be in a response without nextUpdate; with 0 there is no such response that
// is believed, as RFC 9919 wants it.
//
// `nonce` is the nonce that was sent, absent if none was. `trusted` are certificates of
// responders that are believed although the issuer has not authorised them (RFC 6960
// 4.2.2.2, local configuration).
//
// RSA keys below 2048 bits, and signatures made with SHA-1, are refused unless the two
// insecure_ options say otherwise; anything weaker than SHA-1 always is. `ignore_times`
// is for archives only: responses of any age, and certificates of signers that have
// ended, are then believed.
//
// `delegates` is a cache for who verifies many responses, or NULL.
struct oc_policy {
    int64_t now;
    int64_t skew;     // default 300
    int64_t max_age;  // default 86400
    enum oc_nonce_rule nonce_rule;
    struct oc_bytes nonce;
    const struct oc_cert *trusted;
    size_t n_trusted;
    bool insecure_allow_sha1;
    bool insecure_allow_small_rsa;
    bool ignore_times;
    struct oc_delegates *delegates;
};

// enum oc_signer_kind says by what right the signer speaks (RFC 6960 4.2.2.2).
enum oc_signer_kind {
    OC_SIGNER_NONE = 0,
    OC_SIGNER_ISSUER,    // it is the issuer itself
    OC_SIGNER_DELEGATE,  // the issuer has issued it a certificate for signing responses
    OC_SIGNER_TRUSTED,   // the caller's policy trusts it
};

// struct oc_verdict is what a response says, once it is believed.
//
// Times are seconds since 1970. `revocation_time`, `has_reason` and `reason` count only
// when `status` is OC_CERT_STATUS_REVOKED. `is_not_issued` is the extended revoke of RFC
// 6960 2.2: the issuer has never issued this certificate.
//
// `signer_cert` is the DER of the signer's certificate: a delegate's as it stands in the
// response, a trusted one's as it stands in the policy; absent when the issuer signed. A
// delegate without
// id-pkix-ocsp-nocheck should itself be checked for revocation (RFC 6960 4.2.2.2.1):
// `signer_needs_check` says so, and nothing here does it.
//
// `ask_again` is when to fetch a newer response: in the middle of the time that this one is
// for, or before its signer's certificate ends; at once when there is no nextUpdate.
struct oc_verdict {
    enum oc_cert_status status;
    int64_t revocation_time;
    bool has_reason;
    uint32_t reason;
    bool is_not_issued;
    int64_t this_update;
    bool has_next_update;
    int64_t next_update;
    int64_t produced_at;
    bool has_archive_cutoff;
    int64_t archive_cutoff;
    enum oc_signer_kind signer;
    struct oc_bytes signer_cert;
    bool signer_needs_check;
    bool has_nonce;  // the response holds the nonce that was sent
    int64_t ask_again;
};

// oc_policy_init sets every default and the time to judge by.
OC_API void oc_policy_init(struct oc_policy *policy, int64_t now);

// oc_verify checks that `resp` is a trustworthy and current answer about the certificate
// that `issuer` issued with the serial number `serial`, the content of an INTEGER
// (RFC 6960 3.2), and sets `*out` to what it says.
//
// In this order: the response is successful and basic; a single response is about the
// certificate, by any hash algorithm (of several, the strictest counts: revoked, then
// unknown, then good); the responder ID names a signer that is the issuer itself, or
// trusted by the policy, or holds a certificate in the response that the issuer's key
// has signed directly, with the purpose id-kp-OCSPSigning (4.2.2.2), with a key usage, if
// any, that allows signatures, and valid now; the
// signature is right over the octets received, and not too weak; no critical extension
// is left that is not understood; thisUpdate, nextUpdate and producedAt fit `policy->now`
// (4.2.2.1); the nonce is the one sent (4.4.1).
//
// Returns OC_OK and fills `*out`; or the first check that failed, with `*out` all zero
// (OC_CERT_STATUS_NONE) and, if `err` is not NULL, the reason with its section in `*err`,
// whose offset is that of the part at fault in the message. OC_OK does not mean "not
// revoked": read `out->status`.
//
// Keeps no pointer but the views in `*out`, which point into the message. May be called
// from several threads at once if the issuer's table allows it.
OC_API OC_MUST_USE enum oc_err oc_verify(const struct oc_policy *policy,
                                         const struct oc_issuer *issuer, struct oc_bytes serial,
                                         const struct oc_response *resp, struct oc_verdict *out,
                                         struct oc_error *err);

// oc_verify_responder checks that the owner of `cert` may sign responses about the
// certificates of `issuer`, as oc_verify() asks it of a signer: it is the issuer's own
// certificate, or one that the policy trusts, or a delegate's, and valid at `policy->now`.
//
// For who sets up a responder or signs a response. Returns OC_OK and in `*kind` by what
// right; or the check that failed, with `*kind` OC_SIGNER_NONE and, if `err` is not NULL,
// `*err` filled. Threads are as with oc_verify().
OC_API OC_MUST_USE enum oc_err oc_verify_responder(const struct oc_policy *policy,
                                                   const struct oc_issuer *issuer,
                                                   const struct oc_cert *cert,
                                                   enum oc_signer_kind *kind, struct oc_error *err);

// struct oc_requestor says who signed a request, once it is believed (RFC 6960 4.1.2).
//
// `name` is the Name in requestorName, which is the subject of the signer's certificate;
// `cert` is the DER of that certificate, in the request or in the policy, and absent when
// `issuer` itself signed.
struct oc_requestor {
    enum oc_signer_kind signer;
    struct oc_bytes name;
    struct oc_bytes cert;
};

// oc_verify_request checks the signature of a request, for a responder that asks for one
// (RFC 6960 4.1.2).
//
// `issuer` is the CA whose certificates requestors have. Of the policy count the time, the
// skew, `trusted`, the two insecure_ options and ignore_times. In this order: the request is
// signed; requestorName is a directoryName; its owner is the issuer itself, or trusted by
// the policy, or has a certificate in the request that the issuer's key has signed directly,
// without a critical extension that is not understood, with a key usage, if any, that
// allows signatures, and valid now; the signature is right, and not too weak. What the
// requestor may ask is for the caller to say.
//
// Returns OC_OK and fills `*out`, whose views point into the message or the policy; or the
// first check that failed, OC_ERR_SIGNATURE for a request without a signature, with `*out`
// zero and, if `err` is not NULL, `*err` filled. Threads are as with oc_verify().
OC_API OC_MUST_USE enum oc_err oc_verify_request(const struct oc_policy *policy,
                                                 const struct oc_issuer *issuer,
                                                 const struct oc_request *req,
                                                 struct oc_requestor *out, struct oc_error *err);

// oc_signer_kind_name returns "issuer", "delegate" or "trusted", and "none" for what is
// none of them.
OC_API const char *oc_signer_kind_name(enum oc_signer_kind kind);

#ifdef __cplusplus
}
#endif

#endif
