// SPDX-License-Identifier: MIT
//
// Keys of every kind, made once, and signatures by them, made by libcrypto.
#ifndef TESTS_OPENSSL_KEYS_H
#define TESTS_OPENSSL_KEYS_H

#include <ocsp/crypto.h>

#include <openssl/evp.h>

enum key_id {
    RSA_2048,
    RSA_2048_OTHER,
    RSA_1024,
    PSS_2048,         // id-RSASSA-PSS without parameters
    PSS_2048_SHA256,  // its parameters require SHA-256 and at least 32 octets of salt
    P256,
    P256_OTHER,
    P384,
    P521,
    BRAINPOOL,
    BRAINPOOL_384,
    ED25519,
    ED25519_OTHER,
    ED448,
    DSA_1024,
    N_KEYS,
};

// enum family is the kind of algorithms that a key is for.
enum family { FAMILY_RSA, FAMILY_PSS, FAMILY_EC, FAMILY_ED25519, FAMILY_ED448, FAMILY_DSA };

// struct test_key is a key pair, its SubjectPublicKeyInfo, and what the library made of both.
struct test_key {
    enum family family;
    EVP_PKEY *pair;
    struct oc_bytes spki;
    struct oc_key *key;
    struct oc_private_key *private_key;
};

// struct scheme is a way to sign; `mgf1` is there for RSASSA-PSS only, and without a
// `digest` the message itself is signed.
struct scheme {
    const char *digest;
    const char *mgf1;
    int salt_len;
};

// keys_init makes all keys, keys_free frees them. A failure exits the program.
void keys_init(struct test_key keys[N_KEYS], const struct oc_crypto *crypto);
void keys_free(struct test_key keys[N_KEYS], const struct oc_crypto *crypto);

// spki_encode returns the SubjectPublicKeyInfo of `pair`, for OPENSSL_free().
struct oc_bytes spki_encode(const EVP_PKEY *pair);

// message_sign returns a signature, for OPENSSL_free().
struct oc_bytes message_sign(EVP_PKEY *pair, struct scheme scheme, struct oc_bytes message);

// message_verify returns whether libcrypto accepts the signature.
bool message_verify(EVP_PKEY *pair, struct scheme scheme, struct oc_bytes message,
                    struct oc_bytes signature);

// oid_encode returns the content of an object identifier from its dotted text, for
// OPENSSL_free().
struct oc_bytes oid_encode(const char *text);

// verify_expect verifies, and fails the test unless the result is `code` with this strength, or
// with no strength when `code` is not OC_OK.
void verify_expect(const struct oc_crypto *crypto, const struct oc_key *key,
                   const struct oc_algorithm *algorithm, struct oc_bytes message,
                   struct oc_bytes signature, enum oc_err code, struct oc_strength strength);

#endif
