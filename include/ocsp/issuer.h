// SPDX-License-Identifier: MIT
//
// ocsp/issuer.h: the issuer of certificates, its cert IDs and its signatures
//
// A cert ID contains hashes of the issuer's name and key (RFC 6960 4.1.1). The functions
// here make one from the issuer's certificate, and prepare an issuer for verifying many
// responses.
#ifndef OCSP_ISSUER_H
#define OCSP_ISSUER_H

#include <ocsp/cert.h>
#include <ocsp/cert_id.h>
#include <ocsp/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_CERT_ID_HASHES_LEN is the room in octets for the two hashes of a cert ID.
#define OC_CERT_ID_HASHES_LEN 128

// oc_issuer_cert_id makes the cert ID of the certificate that `issuer` issued with the
// serial number `serial`, the content of an INTEGER.
//
// It does not check that `issuer` issued such a certificate. It writes the two hashes to
// `hashes`; the cert ID is valid as long as `hashes` and the octets of `issuer` and `serial`
// are.
//
// Returns OC_OK; or, with `*out` zero and, if `err` is not NULL, `*err` filled,
// - OC_ERR_ARGUMENT: `hash` is OC_HASH_OTHER, or another argument is invalid.
// - OC_ERR_UNSUPPORTED: `crypto` does not have the hash.
// - OC_ERR_CRYPTO: `crypto` failed.
//
// May be called from several threads at once if `crypto` allows it.
OC_API OC_MUST_USE enum oc_err oc_issuer_cert_id(const struct oc_crypto *crypto, enum oc_hash hash,
                                                 const struct oc_cert *issuer,
                                                 struct oc_bytes serial,
                                                 uint8_t hashes[OC_CERT_ID_HASHES_LEN],
                                                 struct oc_cert_id *out, struct oc_error *err);

// oc_issuer_names returns whether `issuer` may have issued `cert`: its subject is the issuer
// name in `cert` and, if both have a key identifier (RFC 5280 4.2.1.1), these are equal.
//
// It serves to find the likely issuer among several certificates, and proves nothing:
// oc_issuer_verify_cert() checks the signature. May be called from several threads at once.
OC_API bool oc_issuer_names(const struct oc_cert *issuer, const struct oc_cert *cert);

// struct oc_issuer is an issuer that is prepared for many responses: its certificate, its
// decoded key, and its name and key hashed with each algorithm that `crypto` has.
//
// oc_issuer_init() makes it, and oc_issuer_cleanup() releases it. In between its members
// are read only, and several threads may use it at once if `crypto` allows it.
struct oc_issuer {
    const struct oc_crypto *crypto;
    struct oc_cert cert;
    struct oc_key *key;
    bool has_hash[OC_HASH_SHA512 + 1];  // indexed by enum oc_hash
    uint8_t name_hash[OC_HASH_SHA512 + 1][OC_HASH_MAX_LEN];
    uint8_t key_hash[OC_HASH_SHA512 + 1][OC_HASH_MAX_LEN];
};

// oc_issuer_init prepares an issuer. It copies `*cert`, but `crypto` and the DER that `cert`
// points into must stay valid as long as `issuer` is used.
//
// Returns OC_OK, and oc_issuer_cleanup() must be called later; or, with `*issuer` zero and,
// if `err` is not NULL, `*err` filled, OC_ERR_UNSUPPORTED for a key that `crypto` cannot
// use, or OC_ERR_CRYPTO.
OC_API OC_MUST_USE enum oc_err oc_issuer_init(struct oc_issuer *issuer,
                                              const struct oc_crypto *crypto,
                                              const struct oc_cert *cert, struct oc_error *err);

// oc_issuer_cleanup frees the decoded key, with the table's `key_free`, and sets `*issuer` to
// zero. An `*issuer` that is zero already is allowed.
OC_API void oc_issuer_cleanup(struct oc_issuer *issuer);

// oc_issuer_matches returns whether `id` names a certificate of this issuer: it compares
// both hashes, with the algorithm that `id` uses (RFC 6960 4.1.1). It returns false for an
// algorithm that the issuer has no hashes for. May be called from several threads at once.
OC_API bool oc_issuer_matches(const struct oc_issuer *issuer, const struct oc_cert_id *id);

// oc_issuer_make_id makes the cert ID of the certificate that `issuer` issued with the serial
// number `serial`, the content of an INTEGER. It equals the one that oc_issuer_cert_id() makes
// from the issuer's certificate, but uses the hashes in `*issuer` instead of computing them.
//
// The cert ID points into `*issuer` and `serial` and is valid as long as both are. Whether
// `issuer` did issue such a certificate is not checked. Returns OC_OK; or OC_ERR_ARGUMENT for
// OC_HASH_OTHER or an empty serial number, or OC_ERR_UNSUPPORTED for an algorithm that the
// issuer has no hashes for, with `*out` zero and, if `err` is not NULL, `*err` filled. May be
// called from several threads at once.
OC_API OC_MUST_USE enum oc_err oc_issuer_make_id(const struct oc_issuer *issuer, enum oc_hash hash,
                                                 struct oc_bytes serial, struct oc_cert_id *out,
                                                 struct oc_error *err);

// oc_issuer_verify_cert checks that `issuer` itself issued `cert` (RFC 5280 4.1.1.3, 6.1.3):
// its subject is the issuer name in `cert`, its key made the signature, and the algorithm
// inside the signed octets is the one beside the signature.
//
// It does not check dates, purposes or revocation, nor whether the signature is strong
// enough: it writes the strength to `*strength`, if `strength` is not NULL, for the caller
// to judge.
//
// Returns OC_OK; or, with `*strength` zero and, if `err` is not NULL, `*err` filled,
// - OC_ERR_SIGNATURE: `issuer` did not issue `cert`.
// - OC_ERR_UNSUPPORTED: the algorithm is unknown, or does not fit the issuer's key.
// - OC_ERR_CRYPTO: the table failed.
//
// May be called from several threads at once if the issuer's table allows it.
OC_API OC_MUST_USE enum oc_err oc_issuer_verify_cert(const struct oc_issuer *issuer,
                                                     const struct oc_cert *cert,
                                                     struct oc_strength *strength,
                                                     struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
