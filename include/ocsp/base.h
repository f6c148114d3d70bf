// SPDX-License-Identifier: MIT
//
// What every other header of libocsp stands on: a view of bytes, a list of
// views, the hash algorithms by name, and how a failure is told.
#ifndef OCSP_BASE_H
#define OCSP_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OC_API __attribute__((visibility("default")))
#define OC_MUST_USE __attribute__((warn_unused_result))
#else
#define OC_API
#define OC_MUST_USE
#endif

// struct oc_bytes is a view: `len` octets at `data`, owned by somebody else.
//
// A view is valid as long as the memory it points into. An absent field is a
// view whose `data` is NULL; a field that is present but empty has a `data`.
struct oc_bytes {
    const uint8_t *data;
    size_t len;
};

// struct oc_list is a view of `n` DER elements, one behind the other.
//
// Lists are walked with the function that belongs to their kind, for instance
// oc_extension_next(); an absent list has a NULL `items.data` and no elements.
struct oc_list {
    struct oc_bytes items;
    size_t n;
};

// struct oc_algorithm is an AlgorithmIdentifier (RFC 5280 4.1.1.2).
//
// `oid` is the content of the OBJECT IDENTIFIER. `parameters` is one whole DER
// element, or absent.
struct oc_algorithm {
    struct oc_bytes oid;
    struct oc_bytes parameters;
};

// struct oc_signature is a signature with all that stands around it
// (RFC 6960 4.1.1 and 4.2.1).
//
// `value` holds the octets of the BIT STRING. `certs` is a list of DER
// certificates for oc_cert_next(), absent when the message has none.
struct oc_signature {
    struct oc_algorithm algorithm;
    struct oc_bytes value;
    struct oc_list certs;
};

// enum oc_hash names the hash algorithms that a cert ID may be made with
// (RFC 6960 4.3, RFC 9919 3.1.1). OC_HASH_OTHER is every algorithm that this
// library has no name for.
enum oc_hash {
    OC_HASH_OTHER = 0,
    OC_HASH_SHA1,
    OC_HASH_SHA224,
    OC_HASH_SHA256,
    OC_HASH_SHA384,
    OC_HASH_SHA512,
};

// OC_HASH_MAX_LEN is the length in octets of the longest of these hashes.
#define OC_HASH_MAX_LEN 64

// enum oc_err says what went wrong. Zero is the only success.
enum oc_err {
    OC_OK = 0,
    // How a message is written.
    OC_ERR_TRUNCATED,  // an element runs past the end of what holds it
    OC_ERR_MISSING,    // a field that must be there is not
    OC_ERR_TAG,        // an element of another type stands there
    OC_ERR_LENGTH,     // a length that is not definite and minimal
    OC_ERR_TRAILING,   // octets behind the end of a structure
    OC_ERR_ENCODING,   // content that its type does not allow
    OC_ERR_TIME,       // a time that is not written as it must be, or no such day
    OC_ERR_EMPTY,      // a list without the one element that it must have
    OC_ERR_VERSION,    // a version other than v1 (for certificates v1 to v3)
    OC_ERR_DUPLICATE,  // the same extension twice in one list
    OC_ERR_LIMIT,      // more than the limit that the header states
    OC_ERR_STATUS,     // a response status that RFC 6960 does not define
    OC_ERR_BODY,       // success without a body, or an error with one
    // Why a response is not believed (oc_verify).
    OC_ERR_NOT_SUCCESSFUL,    // the responder answered with an error
    OC_ERR_NOT_BASIC,         // a response type other than id-pkix-ocsp-basic
    OC_ERR_NO_MATCH,          // it says nothing about the certificate in question
    OC_ERR_SIGNER,            // neither issuer nor delegate nor trusted: the signer is unknown
    OC_ERR_DELEGATE_ISSUER,   // the delegate's certificate is not issued by the issuer itself
    OC_ERR_DELEGATE_PURPOSE,  // the delegate's certificate does not allow to sign responses
    OC_ERR_DELEGATE_TIME,     // the signer's certificate is not valid now
    OC_ERR_SIGNATURE,         // the signature is wrong
    OC_ERR_WEAK_HASH,         // a signature made with SHA-1 or worse
    OC_ERR_WEAK_KEY,          // an RSA key that is too small
    OC_ERR_CRITICAL,          // a critical extension that is not understood
    OC_ERR_NOT_YET,           // a time of the response lies in the future
    OC_ERR_EXPIRED,           // nextUpdate has passed
    OC_ERR_TOO_OLD,           // no nextUpdate, and thisUpdate is longer ago than allowed
    OC_ERR_TIME_ORDER,        // nextUpdate before thisUpdate
    OC_ERR_NONCE_MISSING,     // no nonce where one is required
    OC_ERR_NONCE_MISMATCH,    // a nonce that is not the one sent
    // How a function is called.
    OC_ERR_ARGUMENT,     // an argument that cannot be used for this
    OC_ERR_SPACE,        // the buffer is too small
    OC_ERR_UNSUPPORTED,  // an algorithm that is not there
    OC_ERR_CRYPTO,       // the cryptographic library failed
    // What is brought along to sign with.
    OC_ERR_KEY_MISMATCH,  // a private key that is not that of the certificate
    OC_ERR_PASSPHRASE,    // an encrypted key whose passphrase is missing or wrong
    OC_ERR_READ,          // a file or key store that cannot be read, or has not what is looked for
};

// struct oc_error tells a failure in full.
//
// `offset` counts octets from the start of the message to the element at fault.
// `what` is a static text that names the field and the section, for instance
// "producedAt is not a GeneralizedTime (RFC 6960 4.2.1)".
struct oc_error {
    enum oc_err code;
    size_t offset;
    const char *what;
};

// Deviations: what real software is known to send although DER or RFC 6960 says
// otherwise. It is accepted, and each kind sets its bit in the `deviations` of
// what was parsed. A strict caller asks for 0.
#define OC_DEV_VERSION_ENCODED (1U << 0)  // version v1 written out, which is the DEFAULT
#define OC_DEV_FALSE_ENCODED (1U << 1)  // a FALSE (critical, cA) written out, which is the DEFAULT
#define OC_DEV_NONCE_UNWRAPPED (1U << 2)  // a nonce that is not inside an OCTET STRING
#define OC_DEV_TIME_FRACTION (1U << 3)    // fractional seconds, which are dropped
#define OC_DEV_SERIAL_NEGATIVE (1U << 4)  // a serial number below zero
#define OC_DEV_SERIAL_LONG (1U << 5)  // a serial number of more than 20 octets (0 in front aside)

// oc_version returns the version of the library that runs, for instance "0.1.0".
OC_API const char *oc_version(void);

// oc_err_name returns a short static name for `code`, for instance "truncated",
// and "unknown" for a value that is no error of this library.
OC_API const char *oc_err_name(enum oc_err code);

// oc_deviation_name returns a short static name for one bit of `deviations`, for
// instance "nonce-unwrapped", or NULL when `bit` is not exactly one known bit.
OC_API const char *oc_deviation_name(unsigned bit);

// oc_hash_name returns the name of `hash` in small letters, for instance
// "sha256", or "other".
OC_API const char *oc_hash_name(enum oc_hash hash);

// oc_hash_from_name returns the algorithm that oc_hash_name() calls `name`, or
// OC_HASH_OTHER when there is none.
OC_API enum oc_hash oc_hash_from_name(const char *name);

// oc_hash_len returns the length of a hash in octets, 0 for OC_HASH_OTHER.
OC_API size_t oc_hash_len(enum oc_hash hash);

// oc_bytes_equal tells whether two views hold the same octets. Lengths count;
// an absent view equals an empty one.
OC_API bool oc_bytes_equal(struct oc_bytes a, struct oc_bytes b);

#ifdef __cplusplus
}
#endif

#endif
