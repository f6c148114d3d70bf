// SPDX-License-Identifier: MIT
//
// What stands between certificates and cert IDs: the issuer, its name and key
// hashed (RFC 6960 4.1.1).
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

// oc_issuer_cert_id makes the cert ID of the certificate that `issuer` issued with
// the serial number `serial`, the content of an INTEGER.
//
// The two hashes are written to `hashes`; the cert ID is valid as long as they,
// `issuer` and `serial` are. Whether `issuer` did issue such a certificate is not
// checked. Returns OC_OK; or OC_ERR_ARGUMENT, OC_ERR_UNSUPPORTED or OC_ERR_CRYPTO,
// with `*out` zero and, if `err` is not NULL, `*err` filled. May be called from
// several threads at once if `crypto` allows it.
OC_API OC_MUST_USE enum oc_err oc_issuer_cert_id(const struct oc_crypto *crypto, enum oc_hash hash,
                                                 const struct oc_cert *issuer,
                                                 struct oc_bytes serial,
                                                 uint8_t hashes[OC_CERT_ID_HASHES_LEN],
                                                 struct oc_cert_id *out, struct oc_error *err);

// oc_issuer_names tells whether the name of `issuer` stands as issuer in `cert` and,
// where both have a key identifier (RFC 5280 4.2.1.1), whether these are equal. It
// finds the likely issuer among several; it proves nothing.
OC_API bool oc_issuer_names(const struct oc_cert *issuer, const struct oc_cert *cert);

// struct oc_issuer is an issuer that is prepared for many responses: its certificate, its
// key decoded, its name and key hashed by each algorithm that `crypto` has.
//
// Make it with oc_issuer_init(), then only read it; several threads may use it at once
// if `crypto` allows it. The members are for reading.
struct oc_issuer {
    const struct oc_crypto *crypto;
    struct oc_cert cert;
    struct oc_key *key;
    bool has_hash[OC_HASH_SHA512 + 1];  // indexed by enum oc_hash
    uint8_t name_hash[OC_HASH_SHA512 + 1][OC_HASH_MAX_LEN];
    uint8_t key_hash[OC_HASH_SHA512 + 1][OC_HASH_MAX_LEN];
};

// oc_issuer_init prepares an issuer. `crypto`, and the DER that `cert` points into, must
// stay as long as `issuer` does; `*cert` itself is copied.
//
// Returns OC_OK, and then oc_issuer_cleanup() must follow some time; or
// OC_ERR_UNSUPPORTED for a key that `crypto` cannot use, or OC_ERR_CRYPTO, with `*issuer`
// zero and, if `err` is not NULL, `*err` filled.
OC_API OC_MUST_USE enum oc_err oc_issuer_init(struct oc_issuer *issuer,
                                              const struct oc_crypto *crypto,
                                              const struct oc_cert *cert, struct oc_error *err);

// oc_issuer_cleanup gives the decoded key back and empties `*issuer`. An `*issuer` that is
// zero is allowed.
OC_API void oc_issuer_cleanup(struct oc_issuer *issuer);

// oc_issuer_matches tells whether `id` names a certificate of this issuer: both hashes, by
// the algorithm that `id` uses (RFC 6960 4.1.1). An algorithm that the issuer has no
// hashes for matches nothing.
OC_API bool oc_issuer_matches(const struct oc_issuer *issuer, const struct oc_cert_id *id);

// oc_issuer_verify_cert checks that `cert` is one that `issuer` has issued itself (RFC 5280
// 4.1.1.3, 6.1.3): its name stands there, its key has made the signature, and the algorithm is
// the same inside and outside of what is signed.
//
// Dates, purposes and revocation are not looked at, nor whether the signature is strong
// enough: `*strength`, if it is not NULL, says what it rests on. Returns OC_OK; or
// OC_ERR_SIGNATURE when `issuer` has not issued it, OC_ERR_UNSUPPORTED for an algorithm that is
// unknown or not the key's, or OC_ERR_CRYPTO, with `*strength` zero and, if `err` is not NULL,
// `*err` filled. May be called from several threads at once if the issuer's table allows it.
OC_API OC_MUST_USE enum oc_err oc_issuer_verify_cert(const struct oc_issuer *issuer,
                                                     const struct oc_cert *cert,
                                                     struct oc_strength *strength,
                                                     struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
