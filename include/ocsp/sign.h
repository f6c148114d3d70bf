// SPDX-License-Identifier: MIT
//
// Responses and requests, built and signed (RFC 6960 4.2.1, 4.1.1).
//
//     struct oc_signer signer;      // once for each key
//     if (oc_signer_init(&signer, crypto, key, &cert, NULL, &err) != OC_OK)
//         ...;  // err.what says why
//     if (oc_response_sign(&signer, &spec, buf, sizeof buf, &der, &err) != OC_OK)
//         ...;
//
// A key that is kept elsewhere, in a module, a service or another process, signs in two
// steps, without a table: oc_response_build_tbs() gives the octets to be signed,
// oc_sign_algorithm() says how, and oc_response_assemble() takes the signature; requests
// have oc_request_build_tbs() and oc_request_assemble().
#ifndef OCSP_SIGN_H
#define OCSP_SIGN_H

#include <ocsp/cert.h>
#include <ocsp/crypto.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#ifdef __cplusplus
extern "C" {
#endif

// oc_sign_algorithm gives the AlgorithmIdentifier of signatures that the key in `cert`
// makes with `hash` (RFC 4055 3 and 5, RFC 5758 3, RFC 8410 3, RFC 9881 2).
//
// With OC_HASH_OTHER the hash is chosen to fit the key: SHA-256 for RSA, and for ECDSA
// SHA-256, 384 or 512 by the length of the key; Ed25519, Ed448 and other keys that name
// their own algorithm take the message itself, and allow no other choice. With `pss` an RSA
// key signs with RSASSA-PSS, whose salt is as long as the hash, instead of PKCS #1 v1.5; a
// key that is for RSASSA-PSS only always does, and with OC_HASH_OTHER by its own parameters if
// it has some.
//
// `*out` is static, or points into the DER of `cert`. Returns OC_OK; or
// OC_ERR_WEAK_HASH for SHA-1, or OC_ERR_ARGUMENT for what the key does not allow, with
// `*out` zero and, if `err` is not NULL, `*err` filled.
OC_API OC_MUST_USE enum oc_err oc_sign_algorithm(const struct oc_cert *cert, enum oc_hash hash,
                                                 bool pss, struct oc_algorithm *out,
                                                 struct oc_error *err);

// OC_KEY_HASH_LEN is the length in octets of the KeyHash of a responderID (RFC 6960 4.2.1).
#define OC_KEY_HASH_LEN 20

// struct oc_signer is a private key with its certificate, prepared to sign many messages.
//
// Make it with oc_signer_init(); it owns nothing and needs no cleanup. `certs` are the
// certificates that are put into each message, for oc_cert_next(): at first `cert` alone,
// which a delegate's response needs; set it to another list, or to zero when the issuer
// itself signs. The other members are for reading. Several threads may sign with it at once
// if `crypto` allows it.
struct oc_signer {
    const struct oc_crypto *crypto;
    const struct oc_private_key *key;
    struct oc_cert cert;
    struct oc_algorithm algorithm;
    size_t max_signature_len;
    uint8_t key_hash[OC_KEY_HASH_LEN];
    struct oc_list certs;
};

// oc_signer_init prepares a signer. `crypto`, `key`, the DER that `cert` points into and the
// octets of `algorithm` must stay as long as `signer` does; `*cert` and `*algorithm`
// themselves are copied. `algorithm` NULL is what oc_sign_algorithm() chooses.
//
// Whether the certificate may sign responses is for oc_verify_responder() to say. Returns
// OC_OK; or OC_ERR_KEY_MISMATCH when `key` is not the private part of the certificate's
// key, OC_ERR_WEAK_HASH or OC_ERR_WEAK_KEY for what no verifier would accept (SHA-1, RSA
// below 2048 bits), OC_ERR_UNSUPPORTED, OC_ERR_ARGUMENT or OC_ERR_CRYPTO, with `*signer` zero
// and, if `err` is not NULL, `*err` filled.
OC_API OC_MUST_USE enum oc_err
oc_signer_init(struct oc_signer *signer, const struct oc_crypto *crypto,
               const struct oc_private_key *key, const struct oc_cert *cert,
               const struct oc_algorithm *algorithm, struct oc_error *err);

// oc_response_sign builds a successful OCSPResponse and signs it, into the end of the
// `size` octets at `buf`; `*out` is a view of it.
//
// `spec->responder` may be zero, which is by key; or have a kind only, and its name or hash
// is then the signer's; one that is not the signer's is OC_ERR_ARGUMENT. Without a buffer
// (NULL) nothing is signed, and `out->len` is the size that is enough: signatures of one
// key may differ in length.
//
// Returns OC_OK; or what oc_response_build_tbs() refuses; or OC_ERR_UNSUPPORTED or
// OC_ERR_CRYPTO if the key cannot sign. Then `*out` is zero and `*err`, if not NULL, is
// filled; what `buf` holds has no meaning.
OC_API OC_MUST_USE enum oc_err oc_response_sign(const struct oc_signer *signer,
                                                const struct oc_response_spec *spec, uint8_t *buf,
                                                size_t size, struct oc_bytes *out,
                                                struct oc_error *err);

// oc_request_sign builds an OCSPRequest and signs it (RFC 6960 4.1.2). It is called as
// oc_response_sign() is, and refuses what oc_request_build() refuses. A
// `spec->requestor_name` that is absent becomes the subject of the signer's certificate,
// which a signed request must name.
OC_API OC_MUST_USE enum oc_err oc_request_sign(const struct oc_signer *signer,
                                               const struct oc_request_spec *spec, uint8_t *buf,
                                               size_t size, struct oc_bytes *out,
                                               struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
