// SPDX-License-Identifier: MIT
//
// ocsp/sign.h: build and sign OCSP responses and requests
//
// A signer is a private key with its certificate, prepared once. It then signs any number of
// responses (RFC 6960 4.2.1) and requests (RFC 6960 4.1.1).
//
// If the key is kept elsewhere, in a hardware module, a service or another process, neither a
// signer nor a table of cryptographic functions is needed: oc_response_build_tbs() gives the
// octets to be signed, oc_sign_algorithm() the algorithm, and oc_response_assemble() takes the
// signature. For requests there are oc_request_build_tbs() and oc_request_assemble().
//
// Example
//
//     struct oc_signer signer;  // once for each key
//     if (oc_signer_init(&signer, crypto, key, &cert, NULL, &err) != OC_OK)
//         ...;  // err.what says why
//     if (oc_response_sign(&signer, &spec, buf, sizeof buf, &der, &err) != OC_OK)
//         ...;
//
// Caveats
//
// The library signs what `spec` says. The caller must make sure that it is true.
#ifndef OCSP_SIGN_H
#define OCSP_SIGN_H

#include <ocsp/cert.h>
#include <ocsp/crypto.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#ifdef __cplusplus
extern "C" {
#endif

// oc_sign_algorithm gives the AlgorithmIdentifier of signatures that the key in `cert` makes
// with `hash` (RFC 4055 3 and 5, RFC 5758 3, RFC 8410 3, RFC 9881 2).
//
// OC_HASH_OTHER chooses the hash that fits the key: SHA-256 for RSA, and for ECDSA SHA-256,
// SHA-384 or SHA-512 by the length of the key. Ed25519, Ed448 and other keys that name their
// own algorithm sign the message itself, and allow only OC_HASH_OTHER.
//
// With `pss` an RSA key signs with RSASSA-PSS, with a salt as long as the hash, instead of
// PKCS #1 v1.5. A key whose certificate restricts it to RSASSA-PSS signs so even without
// `pss`; with OC_HASH_OTHER it uses the parameters in the certificate, if there are any.
//
// Returns OC_OK, and `*out` is static or points into the DER of `cert`; or, with `*out` zero
// and, if `err` is not NULL, `*err` filled, OC_ERR_WEAK_HASH for SHA-1, or OC_ERR_ARGUMENT
// for a choice that the key does not allow.
//
// May be called from several threads at once.
OC_API OC_MUST_USE enum oc_err oc_sign_algorithm(const struct oc_cert *cert, enum oc_hash hash,
                                                 bool pss, struct oc_algorithm *out,
                                                 struct oc_error *err);

// OC_KEY_HASH_LEN is the length in octets of the KeyHash of a responderID (RFC 6960 4.2.1).
#define OC_KEY_HASH_LEN 20

// struct oc_signer is a private key with its certificate, prepared to sign many messages.
//
// oc_signer_init() makes it. It owns nothing and needs no cleanup. Several threads may sign
// with it at once if `crypto` allows it.
//
// `certs` are the certificates that go into each message. At first that is `cert` alone,
// which a delegate's response needs. Set it to another list, or to zero when the issuer
// itself signs. The other members are read only.
struct oc_signer {
    const struct oc_crypto *crypto;
    const struct oc_private_key *key;
    struct oc_cert cert;
    struct oc_algorithm algorithm;
    size_t max_signature_len;           // the greatest length of a signature, in octets
    uint8_t key_hash[OC_KEY_HASH_LEN];  // SHA-1 of the public key
    struct oc_list certs;               // for oc_cert_next()
};

// oc_signer_init prepares a signer. It copies `*cert` and `*algorithm`, but `crypto`, `key`,
// the DER that `cert` points into and the octets of `algorithm` must stay valid as long as
// `signer` is used. If `algorithm` is NULL, oc_sign_algorithm() chooses one.
//
// It does not check that the certificate may sign responses: oc_verify_responder() does.
//
// Returns OC_OK; or, with `*signer` zero and, if `err` is not NULL, `*err` filled,
// - OC_ERR_KEY_MISMATCH: `key` is not the private part of the certificate's key.
// - OC_ERR_WEAK_HASH, OC_ERR_WEAK_KEY: verifiers would reject the signatures, because of
//   SHA-1 or of an RSA key below 2048 bits.
// - OC_ERR_UNSUPPORTED: the table does not have the algorithm, or it does not fit the key.
// - OC_ERR_ARGUMENT: an argument is invalid.
// - OC_ERR_CRYPTO: the table failed.
OC_API OC_MUST_USE enum oc_err
oc_signer_init(struct oc_signer *signer, const struct oc_crypto *crypto,
               const struct oc_private_key *key, const struct oc_cert *cert,
               const struct oc_algorithm *algorithm, struct oc_error *err);

// oc_response_sign builds a successful OCSPResponse and signs it, into the end of the `size`
// octets at `buf`, and sets `*out` to a view of it.
//
// `spec->responder` may be zero, which names the signer by its key, or have only a `kind`: its
// name or hash is then filled in. Naming another signer is OC_ERR_ARGUMENT.
//
// Without a buffer (NULL) nothing is signed, and `out->len` is a size that is enough:
// signatures of one key may differ in length.
//
// Returns OC_OK; or, with `*out` zero and, if `err` is not NULL, `*err` filled, the errors of
// oc_response_build_tbs(), or OC_ERR_UNSUPPORTED or OC_ERR_CRYPTO if the key cannot sign. The
// content of `buf` then has no meaning.
OC_API OC_MUST_USE enum oc_err oc_response_sign(const struct oc_signer *signer,
                                                const struct oc_response_spec *spec, uint8_t *buf,
                                                size_t size, struct oc_bytes *out,
                                                struct oc_error *err);

// oc_request_sign builds an OCSPRequest and signs it (RFC 6960 4.1.2). It is called as
// oc_response_sign() is, and has the errors of oc_request_build() instead of those of
// oc_response_build_tbs().
//
// A signed request must name its requestor: if `spec->requestor_name` is absent, the subject
// of the signer's certificate is filled in.
OC_API OC_MUST_USE enum oc_err oc_request_sign(const struct oc_signer *signer,
                                               const struct oc_request_spec *spec, uint8_t *buf,
                                               size_t size, struct oc_bytes *out,
                                               struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
