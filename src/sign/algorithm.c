// SPDX-License-Identifier: MIT
//
// The AlgorithmIdentifier of a signature, from the key that makes it: RFC 4055 (RSA), RFC
// 5758 (DSA, ECDSA). Keys that are named as their signatures are, as those of RFC 8410 and
// RFC 9881, need no list.
#include <ocsp/der.h>
#include <ocsp/sign.h>

#include "sign/refuse.h"

#include <string.h>

// The places of the four hashes in the tables below.
enum { SHA224, SHA256, SHA384, SHA512, N_HASHES };

#define RSA(last) 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, last
#define SHA2(last) 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last
#define DSA(last) 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last
#define ECDSA(last) 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, last

static const uint8_t rsa_key[] = {RSA(1)};
static const uint8_t rsa_pss[] = {RSA(10)};
static const uint8_t dsa_key[] = {0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 1};
static const uint8_t ec_key[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1};

static const uint8_t with_rsa[N_HASHES][9] = {{RSA(14)}, {RSA(11)}, {RSA(12)}, {RSA(13)}};
static const uint8_t with_dsa[N_HASHES][9] = {{DSA(1)}, {DSA(2)}, {DSA(3)}, {DSA(4)}};
static const uint8_t with_ecdsa[N_HASHES][8] = {{ECDSA(1)}, {ECDSA(2)}, {ECDSA(3)}, {ECDSA(4)}};
static const uint8_t null_parameters[] = {OC_DER_NULL, 0};

// RSASSA-PSS-params (RFC 4055 3.1): the hash, MGF1 of the same hash, a salt of its length.
#define HASH_ALGORITHM(last) 0x30, 13, OC_DER_OID, 9, SHA2(last), OC_DER_NULL, 0
#define PSS(last, salt)                                                                            \
    0x30, 52, 0xA0, 15, HASH_ALGORITHM(last), 0xA1, 28, 0x30, 26, OC_DER_OID, 9, RSA(8),           \
        HASH_ALGORITHM(last), 0xA2, 3, OC_DER_INTEGER, 1, salt
static const uint8_t pss_parameters[N_HASHES][54] = {
    {PSS(4, 28)}, {PSS(1, 32)}, {PSS(2, 48)}, {PSS(3, 64)}};

static bool is_oid(struct oc_bytes oid, const uint8_t *other, size_t len)
{
    return oc_bytes_equal(oid, (struct oc_bytes){other, len});
}

// A hash of half the length of the key or more, for a key that is a point of a curve.
static size_t fitting_hash(struct oc_bytes point)
{
    bool is_uncompressed = point.len > 0 && point.data[0] == 4;
    size_t len = is_uncompressed ? (point.len - 1) / 2 : point.len - 1;
    if (len <= 32)
        return SHA256;
    return len <= 48 ? SHA384 : SHA512;
}

// struct wanted is what the caller has chosen.
struct wanted {
    enum oc_hash hash;
    bool pss;
};

static size_t place(struct wanted wanted, size_t by_default)
{
    return wanted.hash == OC_HASH_OTHER ? by_default : (size_t)wanted.hash - OC_HASH_SHA224;
}

static void choose_rsa(struct wanted wanted, struct oc_algorithm *out)
{
    size_t i = place(wanted, SHA256);
    if (wanted.pss) {
        out->oid = (struct oc_bytes){rsa_pss, sizeof rsa_pss};
        out->parameters = (struct oc_bytes){pss_parameters[i], sizeof pss_parameters[i]};
        return;
    }
    out->oid = (struct oc_bytes){with_rsa[i], sizeof with_rsa[i]};
    out->parameters = (struct oc_bytes){null_parameters, sizeof null_parameters};
}

// Returns NULL, or why there is no such algorithm.
static const char *choose(const struct oc_cert *cert, struct wanted wanted,
                          struct oc_algorithm *out)
{
    struct oc_bytes key = cert->key_algorithm.oid;
    bool is_pss_key = is_oid(key, rsa_pss, sizeof rsa_pss);
    if (is_pss_key && cert->key_algorithm.parameters.data != NULL && wanted.hash == OC_HASH_OTHER) {
        *out = cert->key_algorithm;
    } else if (is_pss_key || is_oid(key, rsa_key, sizeof rsa_key)) {
        choose_rsa((struct wanted){wanted.hash, wanted.pss || is_pss_key}, out);
    } else if (wanted.pss) {
        return "RSASSA-PSS needs an RSA key (RFC 4055 1.2)";
    } else if (is_oid(key, ec_key, sizeof ec_key)) {
        size_t i = place(wanted, fitting_hash(cert->public_key));
        out->oid = (struct oc_bytes){with_ecdsa[i], sizeof with_ecdsa[i]};
    } else if (is_oid(key, dsa_key, sizeof dsa_key)) {
        size_t i = place(wanted, SHA256);
        out->oid = (struct oc_bytes){with_dsa[i], sizeof with_dsa[i]};
    } else if (wanted.hash != OC_HASH_OTHER) {
        return "the key has an algorithm of its own, and no choice of hash (RFC 8410 3)";
    } else {
        out->oid = key;
    }
    return NULL;
}

enum oc_err oc_sign_algorithm(const struct oc_cert *cert, enum oc_hash hash, bool pss,
                              struct oc_algorithm *out, struct oc_error *err)
{
    *out = (struct oc_algorithm){0};
    if (hash == OC_HASH_SHA1)
        return oci_sign_refuse(OC_ERR_WEAK_HASH,
                               "SHA-1 is too weak for a signature (RFC 6960 5.1.1)", err);
    if ((size_t)hash > OC_HASH_SHA512)
        return oci_sign_refuse(OC_ERR_ARGUMENT, "invalid hash algorithm", err);
    const char *what = choose(cert, (struct wanted){hash, pss}, out);
    if (what != NULL)
        return oci_sign_refuse(OC_ERR_ARGUMENT, what, err);
    return oci_sign_refuse(OC_OK, NULL, err);
}
