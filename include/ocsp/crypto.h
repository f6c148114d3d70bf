// SPDX-License-Identifier: MIT
//
// ocsp/crypto.h: the table of cryptographic functions that libocsp calls
//
// The library has no cryptography of its own. A program takes the table of
// <ocsp/openssl.h>, or fills one from the cryptographic library that it already uses.
//
// Caveats
//
// Later versions may add functions at the end of the table. Set a table of your own to
// zero first, or use an initialiser.
#ifndef OCSP_CRYPTO_H
#define OCSP_CRYPTO_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_key is a public key that a table has decoded. Only the table knows what is
// in it.
struct oc_key;

// struct oc_private_key is a private key of a table, or a handle to one that is kept
// elsewhere. How a program gets one depends on the table: that of <ocsp/openssl.h> has
// oc_openssl_key_read().
struct oc_private_key;

// OC_BITS_NONE stands for a size in bits that an algorithm does not have. It is the greatest
// number, so that it passes every comparison with a minimum.
#define OC_BITS_NONE (~0U)

// struct oc_strength says how strong a signature is, in bits.
struct oc_strength {
    // The length of the hash that was signed: 160 for SHA-1. It is OC_BITS_NONE
    // when the algorithm signs the message itself (Ed25519, ML-DSA), and 0 when
    // the length is not known.
    unsigned hash_bits;
    // The length of the RSA modulus; OC_BITS_NONE for other keys.
    unsigned rsa_bits;
};

// struct oc_crypto is the table. Each function gets the table that it was called from:
// one that needs state keeps it in a structure that begins with a `struct oc_crypto`.
//
// Functions that the program does not need may be NULL:
//
// - oc_issuer_cert_id(): calls `hash`.
// - oc_issuer_init() and oc_verify(): call `hash`, `key_decode`, `key_free` and
//   `verify`, and so do the other functions of <ocsp/verify.h>.
// - oc_signer_init(): calls `hash` and `sign_check`.
// - oc_response_sign() and oc_request_sign(): call `sign`.
// - oc_client_check(): calls `random` to make nonces, and verifies. Nothing else in the
//   library calls `random`.
//
// The library does not write to a table. Several threads may use one at once if its
// functions allow that.
struct oc_crypto {
    // hash writes the hash of `data`, oc_hash_len(hash) octets, to `out`.
    //
    // Returns OC_OK, OC_ERR_UNSUPPORTED for an algorithm that it does not have,
    // or OC_ERR_CRYPTO.
    enum oc_err (*hash)(const struct oc_crypto *crypto, enum oc_hash hash, struct oc_bytes data,
                        uint8_t *out);

    // random fills `out` with `len` octets from a cryptographically strong
    // generator. Returns OC_OK or OC_ERR_CRYPTO.
    enum oc_err (*random)(const struct oc_crypto *crypto, uint8_t *out, size_t len);

    // key_decode decodes a SubjectPublicKeyInfo, one whole DER element. The
    // library gives `*key` back with key_free.
    //
    // Returns OC_OK; or, with `*key` NULL, OC_ERR_UNSUPPORTED for a key that it
    // cannot use, or OC_ERR_CRYPTO.
    enum oc_err (*key_decode)(const struct oc_crypto *crypto, struct oc_bytes spki,
                              struct oc_key **key);

    // key_free frees a key of key_decode; NULL is allowed.
    void (*key_free)(const struct oc_crypto *crypto, struct oc_key *key);

    // verify checks `signature` over `message` with exactly this algorithm and
    // its parameters.
    //
    // Returns OC_OK only if the signature is right, and then sets `*strength`;
    // OC_ERR_SIGNATURE if it is wrong; OC_ERR_UNSUPPORTED for an algorithm that
    // it does not have or that does not fit this key; or OC_ERR_CRYPTO.
    // `*strength` is zero unless it returns OC_OK.
    enum oc_err (*verify)(const struct oc_crypto *crypto, const struct oc_key *key,
                          const struct oc_algorithm *algorithm, struct oc_bytes message,
                          struct oc_bytes signature, struct oc_strength *strength);

    // sign_check checks that `key` is the private part of `spki` (a
    // SubjectPublicKeyInfo, one whole DER element) and can sign with exactly
    // this algorithm and its parameters. It signs nothing.
    //
    // Returns OC_OK, and then sets `*strength` to the strength of such a
    // signature and `*max_len` to its greatest length in octets;
    // OC_ERR_KEY_MISMATCH if `key` belongs to another public key;
    // OC_ERR_UNSUPPORTED for an algorithm that it does not have or that does
    // not fit this key; or OC_ERR_CRYPTO.
    enum oc_err (*sign_check)(const struct oc_crypto *crypto, const struct oc_private_key *key,
                              struct oc_bytes spki, const struct oc_algorithm *algorithm,
                              struct oc_strength *strength, size_t *max_len);

    // sign signs `message` and writes the signature to `out`. The caller sets
    // `*len` to the size of `out`, at least the `*max_len` of sign_check; sign
    // sets it to the length of the signature.
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
