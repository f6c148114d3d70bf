// SPDX-License-Identifier: MIT
//
// Certificate (RFC 5280 4.1): the fields that OCSP needs, read into views.
#include <ocsp/cert.h>

#include "wire/extension.h"
#include "wire/list.h"

#include <string.h>

// The last arcs of id-ad-ocsp and id-ad-caIssuers (RFC 5280 4.2.2.1).
enum { ID_AD_OCSP = 1, ID_AD_CA_ISSUERS = 2 };

// KeyUsage ::= BIT STRING; bit 0 is the top bit of the first octet.
static bool read_key_usage(struct reader *value, struct oc_cert *out)
{
    static const char what[] = "KeyUsage is not a BIT STRING (RFC 5280 4.2.1.3)";
    struct oc_bytes bits;
    unsigned unused;
    if (!note(value, oc_der_read_bit_string(&value->in, &bits, &unused), what))
        return false;
    out->has_key_usage = true;
    for (unsigned i = 0; i <= 8 && i / 8 < bits.len; i++)
        out->key_usage |= (bits.data[i / 8] >> (7 - i % 8) & 1U) << i;
    return true;
}

// BasicConstraints ::= SEQUENCE {
//     cA                 BOOLEAN DEFAULT FALSE,
//     pathLenConstraint  INTEGER OPTIONAL }
static bool read_basic_constraints(struct reader *value, struct oc_cert *out)
{
    struct reader seq;
    struct oc_bytes path_len;
    if (!enter(value, OC_DER_SEQUENCE, &seq,
               "BasicConstraints is not a SEQUENCE (RFC 5280 4.2.1.9)"))
        return false;
    if (next_is(&seq, OC_DER_BOOLEAN)) {
        if (!read_boolean(&seq, &out->is_ca, "cA is not a BOOLEAN (RFC 5280 4.2.1.9)"))
            return false;
        if (!out->is_ca)
            value->parse->deviations |= OC_DEV_FALSE_ENCODED;
    }
    return (seq.in.len == 0 ||
            read_integer(&seq, &path_len,
                         "pathLenConstraint is not an INTEGER (RFC 5280 4.2.1.9)")) &&
           finish(&seq, "trailing bytes after pathLenConstraint (RFC 5280 4.2.1.9)");
}

// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
static bool read_ext_key_usage(struct reader *value, struct oc_cert *out)
{
    static const uint8_t id_kp_ocsp_signing[] = {0x2B, 6, 1, 5, 5, 7, 3, 9};
    struct reader at = *value;
    struct oc_bytes purpose;
    if (!oci_read_oid_list(value, &out->ext_key_usage,
                           "ExtKeyUsageSyntax is not a SEQUENCE OF OBJECT IDENTIFIER "
                           "(RFC 5280 4.2.1.12)"))
        return false;
    if (out->ext_key_usage.n == 0)
        return fail(&at, OC_ERR_EMPTY, "ExtKeyUsageSyntax is empty (RFC 5280 4.2.1.12)");
    for (size_t i = 0; oc_oid_next(&out->ext_key_usage, &i, &purpose);)
        out->ocsp_signing |= purpose.len == sizeof id_kp_ocsp_signing &&
                             memcmp(purpose.data, id_kp_ocsp_signing, purpose.len) == 0;
    return true;
}

// Features ::= SEQUENCE OF INTEGER
static bool read_tls_features(struct reader *value, struct oc_cert *out)
{
    static const char what[] = "TLS features are not a SEQUENCE OF INTEGER (RFC 7633 4.1)";
    struct reader list;
    if (!enter(value, OC_DER_SEQUENCE, &list, what))
        return false;
    while (list.in.len != 0) {
        struct oc_bytes feature;
        if (!read_integer(&list, &feature, what))
            return false;
        out->must_staple |= feature.len == 1 && feature.data[0] == 5;
        out->must_staple_v2 |= feature.len == 1 && feature.data[0] == 17;
    }
    return true;
}

// The extensions that are read.
enum known {
    AUTHORITY_KEY_ID,
    SUBJECT_KEY_ID,
    KEY_USAGE,
    BASIC_CONSTRAINTS,
    EXT_KEY_USAGE,
    AUTHORITY_INFO_ACCESS,
    TLS_FEATURE,
    OCSP_NOCHECK,
    N_KNOWN,
};

static size_t known_extension(struct oc_bytes oid)
{
    static const struct {
        uint8_t len;
        uint8_t oid[9];
    } oids[] = {
        [AUTHORITY_KEY_ID] = {3, {0x55, 0x1D, 35}},
        [SUBJECT_KEY_ID] = {3, {0x55, 0x1D, 14}},
        [KEY_USAGE] = {3, {0x55, 0x1D, 15}},
        [BASIC_CONSTRAINTS] = {3, {0x55, 0x1D, 19}},
        [EXT_KEY_USAGE] = {3, {0x55, 0x1D, 37}},
        [AUTHORITY_INFO_ACCESS] = {8, {0x2B, 6, 1, 5, 5, 7, 1, 1}},
        [TLS_FEATURE] = {8, {0x2B, 6, 1, 5, 5, 7, 1, 24}},
        [OCSP_NOCHECK] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 5}},
    };
    size_t i = 0;
    while (i < N_KNOWN && !oc_bytes_equal(oid, (struct oc_bytes){oids[i].oid, oids[i].len}))
        i++;
    return i;
}

// Any other extension stays closed, and is noted if critical.
static bool read_value(struct reader *value, const struct oc_extension *extension,
                       struct oc_cert *out)
{
    switch (known_extension(extension->oid)) {
    case AUTHORITY_KEY_ID:
        return oci_read_authority_key_id(value, &out->authority_key_id);
    case SUBJECT_KEY_ID:
        return read_content(value, OC_DER_OCTET_STRING, &out->subject_key_id,
                            "SubjectKeyIdentifier is not an OCTET STRING (RFC 5280 4.2.1.2)");
    case KEY_USAGE:
        return read_key_usage(value, out);
    case BASIC_CONSTRAINTS:
        return read_basic_constraints(value, out);
    case EXT_KEY_USAGE:
        return read_ext_key_usage(value, out);
    case AUTHORITY_INFO_ACCESS:
        return oci_read_access_list(value, &out->authority_info_access);
    case TLS_FEATURE:
        return read_tls_features(value, out);
    case OCSP_NOCHECK:
        out->ocsp_nocheck = true;
        return read_null(value, "id-pkix-ocsp-nocheck is not NULL (RFC 6960 4.2.2.2.1)");
    default:
        out->has_unread_critical |= extension->critical;
        value->in.len = 0;
        return true;
    }
}

static bool read_extension_items(struct reader *list, struct oc_cert *out)
{
    struct seen_oids seen;
    seen.n = 0;
    while (list->in.len != 0) {
        struct reader at = *list;
        struct oc_extension extension;
        struct reader value;
        if (!oci_read_extension_head(list, &extension, &value) ||
            !oci_note_oid(&seen, &at, extension.oid) || !read_value(&value, &extension, out) ||
            !finish(&value, "trailing bytes after the value of an extension (RFC 5280 4.1)"))
            return false;
    }
    return true;
}

// extensions [3] EXPLICIT Extensions OPTIONAL
static bool read_cert_extensions(struct reader *r, struct oc_cert *out)
{
    struct reader inside;
    struct reader list;
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(3)))
        return true;
    if (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(3), &inside,
               "Extensions is not in its tag (RFC 5280 4.1)"))
        return false;
    struct reader at = inside;
    if (!enter(&inside, OC_DER_SEQUENCE, &list, "Extensions is not a SEQUENCE (RFC 5280 4.1)"))
        return false;
    if (list.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, "Extensions is empty (RFC 5280 4.1)");
    return read_extension_items(&list, out) &&
           finish(&inside, "trailing bytes after Extensions inside their tag (RFC 5280 4.1)");
}

// SubjectPublicKeyInfo ::= SEQUENCE {
//     algorithm         AlgorithmIdentifier,
//     subjectPublicKey  BIT STRING }
static bool read_spki(struct reader *r, struct oc_cert *out)
{
    struct reader seq;
    const uint8_t *start = r->in.data;
    if (!enter(r, OC_DER_SEQUENCE, &seq, "SubjectPublicKeyInfo is not a SEQUENCE (RFC 5280 4.1)"))
        return false;
    out->spki = (struct oc_bytes){start, (size_t)(r->in.data - start)};
    return read_algorithm(&seq, &out->key_algorithm,
                          "algorithm of SubjectPublicKeyInfo is not an AlgorithmIdentifier "
                          "(RFC 5280 4.1)") &&
           read_octet_aligned(&seq, &out->public_key,
                              "subjectPublicKey is not a BIT STRING of whole bytes "
                              "(RFC 5280 4.1)") &&
           finish(&seq, "trailing bytes after subjectPublicKey (RFC 5280 4.1)");
}

// Validity ::= SEQUENCE {
//     notBefore  Time,
//     notAfter   Time }
static bool read_validity(struct reader *r, struct oc_cert *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, "Validity is not a SEQUENCE (RFC 5280 4.1)") &&
           read_x509_time(&seq, &out->not_before, "notBefore is not a Time (RFC 5280 4.1)") &&
           read_x509_time(&seq, &out->not_after, "notAfter is not a Time (RFC 5280 4.1)") &&
           finish(&seq, "trailing bytes after notAfter (RFC 5280 4.1)");
}

// issuerUniqueID [1] IMPLICIT and subjectUniqueID [2] IMPLICIT UniqueIdentifier OPTIONAL
static bool skip_unique_ids(struct reader *r)
{
    static const char what[] = "a UniqueIdentifier is not a BIT STRING (RFC 5280 4.1)";
    struct oc_bytes id;
    for (unsigned n = 1; n <= 2; n++) {
        uint8_t tag = (uint8_t)OC_DER_CONTEXT(n);
        if (next_is(r, tag) &&
            !note(r, oci_der_read_checked(&r->in, tag, oci_der_is_bit_string, &id), what))
            return false;
    }
    return true;
}

// TBSCertificate ::= SEQUENCE {
//     version          [0] EXPLICIT Version DEFAULT v1,
//     serialNumber         CertificateSerialNumber,
//     signature            AlgorithmIdentifier,
//     issuer               Name,
//     validity             Validity,
//     subject              Name,
//     subjectPublicKeyInfo SubjectPublicKeyInfo,
//     issuerUniqueID   [1] IMPLICIT UniqueIdentifier OPTIONAL,
//     subjectUniqueID  [2] IMPLICIT UniqueIdentifier OPTIONAL,
//     extensions       [3] EXPLICIT Extensions OPTIONAL }
static bool read_tbs_fields(struct reader *r, struct oc_cert *out)
{
    uint32_t version;
    if (!read_version(r, 2, &version, "version is not v1, v2 or v3 (RFC 5280 4.1)"))
        return false;
    out->version = version + 1;
    return read_serial(r, &out->serial, "serialNumber is not an INTEGER (RFC 5280 4.1)") &&
           read_algorithm(r, &out->tbs_algorithm,
                          "signature is not an AlgorithmIdentifier (RFC 5280 4.1)") &&
           read_whole(r, OC_DER_SEQUENCE, &out->issuer, "issuer is not a Name (RFC 5280 4.1)") &&
           read_validity(r, out) &&
           read_whole(r, OC_DER_SEQUENCE, &out->subject, "subject is not a Name (RFC 5280 4.1)") &&
           read_spki(r, out) && skip_unique_ids(r) && read_cert_extensions(r, out) &&
           finish(r, "trailing bytes after the fields of TBSCertificate (RFC 5280 4.1)");
}

// Certificate ::= SEQUENCE {
//     tbsCertificate      TBSCertificate,
//     signatureAlgorithm  AlgorithmIdentifier,
//     signatureValue      BIT STRING }
static bool read_cert(struct reader *r, struct oc_cert *out)
{
    struct reader seq;
    struct reader tbs;
    if (!enter(r, OC_DER_SEQUENCE, &seq, "Certificate is not a SEQUENCE (RFC 5280 4.1)"))
        return false;
    const uint8_t *start = seq.in.data;
    if (!enter(&seq, OC_DER_SEQUENCE, &tbs, "TBSCertificate is not a SEQUENCE (RFC 5280 4.1)"))
        return false;
    out->tbs = (struct oc_bytes){start, (size_t)(seq.in.data - start)};
    return read_tbs_fields(&tbs, out) &&
           read_algorithm(&seq, &out->signature.algorithm,
                          "signatureAlgorithm is not an AlgorithmIdentifier (RFC 5280 4.1)") &&
           read_octet_aligned(&seq, &out->signature.value,
                              "signatureValue is not a BIT STRING of whole bytes "
                              "(RFC 5280 4.1)") &&
           finish(&seq, "trailing bytes after the fields of Certificate (RFC 5280 4.1)") &&
           finish(r, "trailing bytes after the Certificate (RFC 5280 4.1)");
}

enum oc_err oc_cert_parse(struct oc_cert *out, struct oc_bytes der, struct oc_error *err)
{
    struct parse parse = {.start = der.data};
    struct reader r = {der, &parse};
    *out = (struct oc_cert){.der = der};
    bool ok = read_cert(&r, out);
    if (ok)
        out->deviations = parse.deviations;
    else
        *out = (struct oc_cert){0};
    return oci_parse_finish(&parse, ok, err);
}

bool oc_cert_next(const struct oc_list *certs, size_t *at, struct oc_bytes *der)
{
    struct parse parse;
    struct reader r;
    if (list_start(certs->items, *at, &parse, &r) &&
        read_whole(&r, OC_DER_SEQUENCE, der, "a certificate is not a SEQUENCE")) {
        *at = list_moved(&r);
        return true;
    }
    *der = (struct oc_bytes){0};
    return false;
}

// Gives the next address whose accessMethod is id-ad and this last arc.
static bool next_uri(const struct oc_cert *cert, uint8_t arc, size_t *at, struct oc_bytes *uri)
{
    const uint8_t octets[] = {0x2B, 6, 1, 5, 5, 7, 0x30, arc};
    const struct oc_bytes method = {octets, sizeof octets};
    struct oc_access access;
    while (oc_access_next(&cert->authority_info_access, at, &access)) {
        *uri = access.uri;
        if (access.uri.data != NULL && oc_bytes_equal(access.method, method))
            return true;
    }
    *uri = (struct oc_bytes){0};
    return false;
}

bool oc_cert_next_ocsp_uri(const struct oc_cert *cert, size_t *at, struct oc_bytes *uri)
{
    return next_uri(cert, ID_AD_OCSP, at, uri);
}

bool oc_cert_next_issuer_uri(const struct oc_cert *cert, size_t *at, struct oc_bytes *uri)
{
    return next_uri(cert, ID_AD_CA_ISSUERS, at, uri);
}
