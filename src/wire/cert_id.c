// SPDX-License-Identifier: MIT
//
// The CertID (RFC 6960 4.1.1): read, written, and compared by value.
#include "wire/cert_id.h"

#include <string.h>

// The AlgorithmIdentifiers of enum oc_hash (RFC 5754 2, RFC 3279 2.1), which is the
// index: whole, with parameters NULL, as nearly every message has them.
enum { OID_AT = 4, NULL_LEN = 2 };
static const struct {
    uint8_t len;
    uint8_t der[15];
} hash_algorithms[] = {
    [OC_HASH_SHA1] = {11, {0x30, 9, 6, 5, 0x2B, 0x0E, 3, 2, 0x1A, 5, 0}},
    [OC_HASH_SHA224] = {15, {0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4, 5, 0}},
    [OC_HASH_SHA256] = {15, {0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0}},
    [OC_HASH_SHA384] = {15, {0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0}},
    [OC_HASH_SHA512] = {15, {0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0}},
};
#define N_HASH_ALGORITHMS (sizeof hash_algorithms / sizeof hash_algorithms[0])

static struct oc_bytes oid_of(size_t hash)
{
    return (struct oc_bytes){hash_algorithms[hash].der + OID_AT,
                             hash_algorithms[hash].len - OID_AT - (size_t)NULL_LEN};
}

static enum oc_hash hash_of_oid(struct oc_bytes oid)
{
    for (size_t i = OC_HASH_SHA1; i < N_HASH_ALGORITHMS; i++) {
        if (oc_bytes_equal(oid, oid_of(i)))
            return (enum oc_hash)i;
    }
    return OC_HASH_OTHER;
}

// hashAlgorithm AlgorithmIdentifier. The usual ones are recognised whole; they differ
// in the last octet of the identifier.
static bool read_hash_algorithm(struct reader *r, struct oc_cert_id *id)
{
    for (size_t i = OC_HASH_SHA1; i < N_HASH_ALGORITHMS; i++) {
        size_t len = hash_algorithms[i].len;
        const uint8_t *der = hash_algorithms[i].der;
        if (r->in.len < len || r->in.data[len - 3] != der[len - 3] ||
            memcmp(r->in.data, der, len) != 0)
            continue;
        id->hash = (enum oc_hash)i;
        id->hash_algorithm.oid = (struct oc_bytes){r->in.data + OID_AT, len - OID_AT - NULL_LEN};
        id->hash_algorithm.parameters = (struct oc_bytes){r->in.data + len - NULL_LEN, NULL_LEN};
        oci_der_advance(&r->in, len);
        return true;
    }
    if (!read_algorithm(r, &id->hash_algorithm,
                        "hashAlgorithm is not an AlgorithmIdentifier (RFC 6960 4.1.1)"))
        return false;
    id->hash = hash_of_oid(id->hash_algorithm.oid);
    return true;
}

// CertID ::= SEQUENCE {
//     hashAlgorithm   AlgorithmIdentifier,
//     issuerNameHash  OCTET STRING,
//     issuerKeyHash   OCTET STRING,
//     serialNumber    CertificateSerialNumber }
bool oci_read_cert_id(struct oc_bytes in, struct parse *parse, struct oc_cert_id *id)
{
    struct reader seq = {in, parse};
    return read_hash_algorithm(&seq, id) &&
           read_content(&seq, OC_DER_OCTET_STRING, &id->issuer_name_hash,
                        "issuerNameHash is not an OCTET STRING (RFC 6960 4.1.1)") &&
           read_content(&seq, OC_DER_OCTET_STRING, &id->issuer_key_hash,
                        "issuerKeyHash is not an OCTET STRING (RFC 6960 4.1.1)") &&
           read_serial(&seq, &id->serial, "serialNumber is not an INTEGER (RFC 6960 4.1.1)") &&
           finish(&seq, "trailing bytes after the serialNumber of a certID (RFC 6960 4.1.1)");
}

bool oc_cert_id_equal(const struct oc_cert_id *a, const struct oc_cert_id *b)
{
    return a->hash == b->hash &&
           (a->hash != OC_HASH_OTHER ||
            oc_bytes_equal(a->hash_algorithm.oid, b->hash_algorithm.oid)) &&
           oc_bytes_equal(a->issuer_name_hash, b->issuer_name_hash) &&
           oc_bytes_equal(a->issuer_key_hash, b->issuer_key_hash) &&
           oc_bytes_equal(a->serial, b->serial);
}

static bool has_hash_lengths(const struct oc_cert_id *id)
{
    size_t len = oc_hash_len(id->hash);
    return len == 0 || (id->issuer_name_hash.len == len && id->issuer_key_hash.len == len);
}

const char *oci_check_cert_id(const struct oc_cert_id *id)
{
    struct oc_bytes oid = id->hash_algorithm.oid;
    if (oid.len == 0 && oc_hash_len(id->hash) == 0)
        return "a certID has no hashAlgorithm (RFC 6960 4.1.1)";
    if (oid.len != 0 && (!oci_der_is_oid(oid) || hash_of_oid(oid) != id->hash))
        return "a certID's hashAlgorithm is not that of its hash (RFC 6960 4.1.1)";
    if (!has_hash_lengths(id))
        return "a certID's hashes do not have the length of its hashAlgorithm (RFC 6960 4.1.1)";
    if (!oci_der_is_integer(id->serial))
        return "a certID's serialNumber is not an INTEGER (RFC 6960 4.1.1)";
    return NULL;
}

// Parameters are NULL unless the caller sets them: some responders and servers compare a
// whole CertID with one that was made so.
static void write_hash_algorithm(struct oc_der_writer *w, const struct oc_cert_id *id)
{
    if (id->hash_algorithm.oid.len != 0) {
        oci_write_algorithm(w, &id->hash_algorithm);
        return;
    }
    oc_der_write_raw(
        w, (struct oc_bytes){hash_algorithms[id->hash].der, hash_algorithms[id->hash].len});
}

void oci_write_cert_id(struct oc_der_writer *w, const struct oc_cert_id *id)
{
    size_t mark = w->len;
    oc_der_write_integer(w, id->serial);
    oc_der_write(w, OC_DER_OCTET_STRING, id->issuer_key_hash);
    oc_der_write(w, OC_DER_OCTET_STRING, id->issuer_name_hash);
    write_hash_algorithm(w, id);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}
