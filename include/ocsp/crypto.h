// SPDX-License-Identifier: MIT
//
// The table of cryptographic functions that the library is given. It has none of
// its own: a program takes the table of <ocsp/openssl.h>, or fills one from the
// cryptographic library that it has already.
#ifndef OCSP_CRYPTO_H
#define OCSP_CRYPTO_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_key is a public key that a table has decoded; only the table knows what
// it looks like.
struct oc_key;

// struct oc_private_key is a private key of a table, or a handle of one that is kept
// elsewhere. Where it comes from is the table's business, too.
struct oc_private_key;

// OC_BITS_NONE stands for the size of something that an algorithm does not have.
#define OC_BITS_NONE (~0U)

// struct oc_strength says what a signature rests on, in bits.
//
// `hash_bits` is the length of the hash that was signed: 160 for SHA-1. It is
// OC_BITS_NONE when the algorithm takes the message itself (Ed25519, ML-DSA), and 0
// when it is not known. `rsa_bits` is the length of the RSA modulus, OC_BITS_NONE for
// other keys.
struct oc_strength {
    unsigned hash_bits;
    unsigned rsa_bits;
};

// struct oc_crypto is the table. Each function gets the table that it stands in, so
// that one which needs state keeps it in a structure that begins with this one.
//
// The library calls `hash` for oc_issuer_cert_id(); `hash`, `key_decode`, `key_free` and
// `verify` for oc_issuer_init(), oc_verify() and its relatives; `hash` and `sign_check` for
// oc_signer_init(), and `sign` for oc_response_sign() and oc_request_sign(); `random` is for
// programs and for libocsp-client. What is not called may be NULL.
//
// A table is not written to while it is used, and may be used by several threads at
// once if its functions may.
struct oc_crypto {
    // hash writes the oc_hash_len(hash) octets of the hash of `data` to `out`.
    // Returns OC_OK, OC_ERR_UNSUPPORTED for an algorithm that it does not have, or
    // OC_ERR_CRYPTO.
    enum oc_err (*hash)(const struct oc_crypto *crypto, enum oc_hash hash, struct oc_bytes data,
                        uint8_t *out);

    // random fills `out` with `len` octets from a cryptographically strong
    // generator. Returns OC_OK or OC_ERR_CRYPTO.
    enum oc_err (*random)(const struct oc_crypto *crypto, uint8_t *out, size_t len);

    // key_decode decodes a SubjectPublicKeyInfo, one whole DER element. `*key` is to be
    // given back with key_free. Returns OC_OK; or OC_ERR_UNSUPPORTED for a key that it
    // cannot use, or OC_ERR_CRYPTO, with `*key` NULL.
    enum oc_err (*key_decode)(const struct oc_crypto *crypto, struct oc_bytes spki,
                              struct oc_key **key);

    // key_free frees a key of key_decode; NULL is allowed.
    void (*key_free)(const struct oc_crypto *crypto, struct oc_key *key);

    // verify checks `signature` over `message` by `algorithm`, parameters and all. A key
    // of another kind than the algorithm's is OC_ERR_UNSUPPORTED.
    //
    // Returns OC_OK only if the signature is right, and then says in `*strength` what it
    // rests on; OC_ERR_SIGNATURE if it is wrong; OC_ERR_UNSUPPORTED for an algorithm that
    // it does not have; or OC_ERR_CRYPTO.
    enum oc_err (*verify)(const struct oc_crypto *crypto, const struct oc_key *key,
                          const struct oc_algorithm *algorithm, struct oc_bytes message,
                          struct oc_bytes signature, struct oc_strength *strength);

    // sign_check tells whether `key` is the private part of `spki`, a SubjectPublicKeyInfo,
    // one whole DER element, and signs by `algorithm`, parameters and all. It signs nothing.
    //
    // Returns OC_OK, and then says in `*strength` what such a signature rests on, and in
    // `*max_len` how many octets it has at most; OC_ERR_KEY_MISMATCH for the private part of
    // another key; OC_ERR_UNSUPPORTED for an algorithm that it does not have or that is not
    // the key's; or OC_ERR_CRYPTO.
    enum oc_err (*sign_check)(const struct oc_crypto *crypto, const struct oc_private_key *key,
                              struct oc_bytes spki, const struct oc_algorithm *algorithm,
                              struct oc_strength *strength, size_t *max_len);

    // sign signs `message` by `algorithm` and writes the signature to `out`. `*len` is the
    // room there, at least the `*max_len` of sign_check, and then the length of the signature.
    //
    // Returns OC_OK, OC_ERR_SPACE, OC_ERR_UNSUPPORTED or OC_ERR_CRYPTO.
    enum oc_err (*sign)(const struct oc_crypto *crypto, const struct oc_private_key *key,
                        const struct oc_algorithm *algorithm, struct oc_bytes message, uint8_t *out,
                        size_t *len);
};

#ifdef __cplusplus
}
#endif

#endif
