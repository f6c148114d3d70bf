// SPDX-License-Identifier: MIT
//
// ocsp/base.h: views, lists, hash names and errors, used by all of libocsp
//
// Every other header includes this one. A parse function returns views into the
// caller's octets: it copies nothing, and there is nothing to free. A function that
// can fail returns an `enum oc_err` and, on failure, sets its outputs to zero.
//
// The functions here read only their arguments and may be called from several
// threads at once. The texts that they return are static.
#ifndef OCSP_BASE_H
#define OCSP_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
// OC_API marks a function that the shared library exports.
#define OC_API __attribute__((visibility("default")))

// OC_MUST_USE marks a function whose result must be used: the compiler warns when it
// is ignored. Like OC_API, it is empty for a compiler without GNU attributes.
#define OC_MUST_USE __attribute__((warn_unused_result))
#else
#define OC_API
#define OC_MUST_USE
#endif

// Views and lists

// struct oc_bytes is a view: `len` octets at `data`, in memory that the view does not own.
//
// A view is valid as long as the memory it points into, which must not change while
// the view is used. A field that is absent from a message is a view whose `data` is
// NULL; a field that is present but empty has a `data`, and a `len` of 0. Text in a
// view has no NUL at its end.
struct oc_bytes {
    const uint8_t *data;
    size_t len;
};

// struct oc_list is a view of `n` DER elements, one after the other, which were all
// checked when the message was parsed.
//
// Each kind of list has a function that walks it, for instance oc_extension_next().
// The walk keeps its place in a `size_t` that starts at 0 and belongs to one list.
// An absent list has a NULL `items.data` and no elements.
struct oc_list {
    struct oc_bytes items;
    size_t n;
};

// struct oc_algorithm is an AlgorithmIdentifier (RFC 5280 4.1.1.2).
struct oc_algorithm {
    struct oc_bytes oid;         // the content of the OBJECT IDENTIFIER
    struct oc_bytes parameters;  // one whole DER element, or absent
};

// struct oc_signature is a signature, its algorithm and the certificates sent with it
// (RFC 6960 4.1.1 and 4.2.1). A parsed signature has not been verified.
struct oc_signature {
    struct oc_algorithm algorithm;
    struct oc_bytes value;  // the octets of the BIT STRING
    struct oc_list certs;   // DER certificates for oc_cert_next(), or absent
};

// Hash algorithms

// enum oc_hash names the hash algorithms that a cert ID can use (RFC 6960 4.3,
// RFC 9919 3.1.1).
enum oc_hash {
    OC_HASH_OTHER = 0,  // an algorithm that this library has no name for
    OC_HASH_SHA1,       // 20 octets
    OC_HASH_SHA224,     // 28 octets
    OC_HASH_SHA256,     // 32 octets
    OC_HASH_SHA384,     // 48 octets
    OC_HASH_SHA512,     // 64 octets
};

// OC_HASH_MAX_LEN is the length in octets of the longest of these hashes.
#define OC_HASH_MAX_LEN 64

// Errors

// enum oc_err says what went wrong. Zero is the only success. Later versions may add
// codes.
enum oc_err {
    OC_OK = 0,  // the call succeeded
    // The encoding of a message is wrong.
    OC_ERR_TRUNCATED,  // an element runs past the end of what contains it
    OC_ERR_MISSING,    // a required field is missing
    OC_ERR_TAG,        // an element has another type than expected
    OC_ERR_LENGTH,     // a length is not definite and minimal, or is above four octets
    OC_ERR_TRAILING,   // octets follow the end of a structure
    OC_ERR_ENCODING,   // the content is not allowed for its type
    OC_ERR_TIME,       // a time is malformed, does not exist, or is outside 0001 to 9999
    OC_ERR_EMPTY,      // a list is empty, but must have at least one element
    OC_ERR_VERSION,    // the version is not v1 (certificates: v1 to v3, CRLs: v1 or v2)
    OC_ERR_DUPLICATE,  // something occurs twice that may occur only once
    OC_ERR_LIMIT,      // a limit that the headers state is exceeded
    OC_ERR_STATUS,     // RFC 6960 does not define this response status
    OC_ERR_BODY,       // a success without a body, or an error with one
    // A check of oc_verify() failed.
    OC_ERR_NOT_SUCCESSFUL,    // the responder answered with an error
    OC_ERR_NOT_BASIC,         // the response type is not id-pkix-ocsp-basic
    OC_ERR_NO_MATCH,          // no single response is about the certificate in question
    OC_ERR_SIGNER,            // the signer is neither the issuer, nor a delegate, nor trusted
    OC_ERR_DELEGATE_ISSUER,   // the delegate's certificate was not issued by the issuer itself
    OC_ERR_DELEGATE_PURPOSE,  // the delegate's certificate does not allow it to sign responses
    OC_ERR_DELEGATE_TIME,     // the signer's certificate is not valid now
    OC_ERR_SIGNATURE,         // the signature is wrong
    OC_ERR_WEAK_HASH,         // a signature uses SHA-1 or a weaker hash
    OC_ERR_WEAK_KEY,          // a signature uses an RSA key that is too short
    OC_ERR_CRITICAL,          // a critical extension is not understood
    OC_ERR_NOT_YET,           // a time of the response lies in the future
    OC_ERR_EXPIRED,           // nextUpdate has passed
    OC_ERR_TOO_OLD,           // there is no nextUpdate, and thisUpdate is too long ago
    OC_ERR_TIME_ORDER,        // nextUpdate is before thisUpdate
    OC_ERR_NONCE_MISSING,     // the response has no nonce, but one is required
    OC_ERR_NONCE_MISMATCH,    // the nonce is not the one that was sent
    // The call cannot be carried out.
    OC_ERR_ARGUMENT,     // an argument is invalid for this function
    OC_ERR_SPACE,        // the buffer is too small
    OC_ERR_UNSUPPORTED,  // the algorithm or key is not supported
    OC_ERR_CRYPTO,       // the cryptographic library failed
    // A key, certificate or file cannot be used.
    OC_ERR_KEY_MISMATCH,  // the private key does not belong to the certificate
    OC_ERR_PASSPHRASE,    // the passphrase of an encrypted key is missing or wrong
    OC_ERR_READ,          // a file or key store is unreadable, or lacks what was asked for
    // The system lacks memory.
    OC_ERR_MEMORY,  // out of memory
};

// struct oc_error describes a failure in full.
//
// Most functions that can fail take a pointer to one as their last argument, which
// may be NULL. It is filled on failure only; after a success it must not be read.
//
// `what` is for people, and may change from one version to the next. Programs decide
// by `code`.
struct oc_error {
    enum oc_err code;  // the value that the function returned
    size_t offset;     // octets from the start of the message to the element at fault
    const char *what;  // static: "producedAt is not a GeneralizedTime (RFC 6960 4.2.1)"
};

// Deviations

// OC_DEV_VERSION_ENCODED and the macros below are the bits of `deviations` in what was
// parsed. Each stands for an encoding that DER or RFC 6960 forbids, but that real
// software is known to send: the library accepts it and sets the bit. A strict caller
// rejects a message whose `deviations` are not 0. The bits are those of the whole
// message; they do not say which of its elements deviates.
#define OC_DEV_VERSION_ENCODED (1U << 0)  // version v1 is written out, although it is the DEFAULT
#define OC_DEV_FALSE_ENCODED (1U << 1)    // `critical` or `cA` is FALSE, written out all the same
#define OC_DEV_NONCE_UNWRAPPED (1U << 2)  // the nonce is not inside an OCTET STRING
#define OC_DEV_TIME_FRACTION (1U << 3)    // a time has fractional seconds, which are dropped
#define OC_DEV_SERIAL_NEGATIVE (1U << 4)  // a serial number is below zero
#define OC_DEV_SERIAL_LONG (1U << 5)      // a serial number has over 20 octets, leading 0 aside
#define OC_DEV_LIST_EMPTY (1U << 6)       // a CRL without entries has a list of them all the same
#define OC_DEV_ENTRY_DATE (1U << 7)       // the date of a CRL entry is missing or unreadable
#define OC_DEV_ENTRY_EXTENSION (1U << 8)  // extensions of a CRL entry are unreadable

// Functions

// oc_version returns the version of the library in use, for instance "0.1.0". It may
// differ from the version of the headers that the program was compiled with.
OC_API const char *oc_version(void);

// oc_err_name returns a short name for `code`, for instance "truncated", and "unknown"
// for a value that is not an error of this library.
OC_API const char *oc_err_name(enum oc_err code);

// oc_deviation_name returns a short name for one bit of `deviations`, for instance
// "nonce-unwrapped", or NULL when `bit` is not exactly one known bit.
OC_API const char *oc_deviation_name(unsigned bit);

// oc_hash_name returns the name of `hash` in lower case, for instance "sha256", or
// "other".
OC_API const char *oc_hash_name(enum oc_hash hash);

// oc_hash_from_name returns the algorithm that oc_hash_name() calls `name`, or
// OC_HASH_OTHER when it does not know the name.
OC_API enum oc_hash oc_hash_from_name(const char *name);

// oc_hash_len returns the length of a hash in octets, 0 for OC_HASH_OTHER.
OC_API size_t oc_hash_len(enum oc_hash hash);

// oc_bytes_equal returns whether two views have the same length and octets. An absent view
// equals an empty one. It stops at the first difference, so it must not be
// used to compare secrets.
OC_API bool oc_bytes_equal(struct oc_bytes a, struct oc_bytes b);

#ifdef __cplusplus
}
#endif

#endif
