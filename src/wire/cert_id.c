// SPDX-License-Identifier: MIT
//
// The CertID (RFC 6960 4.1.1): read, written, and compared by value.
#include "wire/cert_id.h"

#include <string.h>

// The object identifiers of enum oc_hash (RFC 5754 2, RFC 3279 2.1), which is the index.
static const struct {
    uint8_t len;
    uint8_t oid[9];
} hash_oids[] = {
    [OC_HASH_SHA1] = {5, {0x2B, 0x0E, 0x03, 0x02, 0x1A}},
    [OC_HASH_SHA224] = {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04}},
    [OC_HASH_SHA256] = {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}},
    [OC_HASH_SHA384] = {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}},
    [OC_HASH_SHA512] = {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}},
};
#define N_HASH_OIDS (sizeof hash_oids / sizeof hash_oids[0])

static enum oc_hash hash_of_oid(struct oc_bytes oid)
{
    for (size_t i = OC_HASH_SHA1; i < N_HASH_OIDS; i++) {
        if (oid.len == hash_oids[i].len && memcmp(oid.data, hash_oids[i].oid, oid.len) == 0)
            return (enum oc_hash)i;
    }
    return OC_HASH_OTHER;
}

// CertID ::= SEQUENCE {
//     hashAlgorithm   AlgorithmIdentifier,
//     issuerNameHash  OCTET STRING,
//     issuerKeyHash   OCTET STRING,
//     serialNumber    CertificateSerialNumber }
bool oci_read_cert_id(struct reader *r, struct oc_cert_id *id)
{
    struct reader seq;
    if (!enter(r, OC_DER_SEQUENCE, &seq, "certID is not a SEQUENCE (RFC 6960 4.1.1)") ||
        !read_algorithm(&seq, &id->hash_algorithm,
                        "hashAlgorithm is not an AlgorithmIdentifier (RFC 6960 4.1.1)") ||
        !read_content(&seq, OC_DER_OCTET_STRING, &id->issuer_name_hash,
                      "issuerNameHash is not an OCTET STRING (RFC 6960 4.1.1)") ||
        !read_content(&seq, OC_DER_OCTET_STRING, &id->issuer_key_hash,
                      "issuerKeyHash is not an OCTET STRING (RFC 6960 4.1.1)") ||
        !read_serial(&seq, &id->serial, "serialNumber is not an INTEGER (RFC 6960 4.1.1)") ||
        !finish(&seq, "octets behind the serialNumber of a certID (RFC 6960 4.1.1)"))
        return false;
    id->hash = hash_of_oid(id->hash_algorithm.oid);
    return true;
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
        return "a certID's hashes have not the length of its hashAlgorithm (RFC 6960 4.1.1)";
    if (!der_is_integer(id->serial))
        return "a certID's serialNumber is not an INTEGER (RFC 6960 4.1.1)";
    return NULL;
}

// Parameters are NULL unless the caller says otherwise: responders and servers exist
// that compare a whole CertID with one that was made so.
static void write_hash_algorithm(struct oc_der_writer *w, const struct oc_cert_id *id)
{
    size_t mark = w->len;
    if (id->hash_algorithm.oid.len != 0) {
        oci_write_algorithm(w, &id->hash_algorithm);
        return;
    }
    oc_der_write_null(w);
    oc_der_write_oid(w, (struct oc_bytes){hash_oids[id->hash].oid, hash_oids[id->hash].len});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
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
