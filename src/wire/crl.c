// SPDX-License-Identifier: MIT
//
// CertificateList (RFC 5280 5.1) and its extensions (5.2): read into views.
#include <ocsp/crl.h>

#include "wire/crl_entry.h"
#include "wire/extension.h"

#include <string.h>

// Extensions of CRLs and their entries

// The extensions that have a name here. Those up to N_READ are read.
enum known {
    AUTHORITY_KEY_ID,
    CRL_NUMBER,
    DELTA_CRL_INDICATOR,
    ISSUING_DISTRIBUTION_POINT,
    FRESHEST_CRL,
    EXPIRED_CERTS_ON_CRL,
    N_READ,
};

static const struct {
    char name[25];
    uint8_t len;
    uint8_t oid[9];
} known_extensions[] = {
    [AUTHORITY_KEY_ID] = {"authorityKeyIdentifier", 3, {0x55, 0x1D, 35}},
    [CRL_NUMBER] = {"cRLNumber", 3, {0x55, 0x1D, 20}},
    [DELTA_CRL_INDICATOR] = {"deltaCRLIndicator", 3, {0x55, 0x1D, 27}},
    [ISSUING_DISTRIBUTION_POINT] = {"issuingDistributionPoint", 3, {0x55, 0x1D, 28}},
    [FRESHEST_CRL] = {"freshestCRL", 3, {0x55, 0x1D, 46}},
    [EXPIRED_CERTS_ON_CRL] = {"expiredCertsOnCRL", 3, {0x55, 0x1D, 60}},
    {"issuerAltName", 3, {0x55, 0x1D, 18}},
    {"authorityInfoAccess", 8, {0x2B, 6, 1, 5, 5, 7, 1, 1}},
    {"reasonCode", 3, {0x55, 0x1D, 21}},
    {"holdInstructionCode", 3, {0x55, 0x1D, 23}},
    {"invalidityDate", 3, {0x55, 0x1D, 24}},
    {"certificateIssuer", 3, {0x55, 0x1D, 29}},
    {"caVersion", 9, {0x2B, 6, 1, 4, 1, 0x82, 0x37, 21, 1}},
    {"previousCertHash", 9, {0x2B, 6, 1, 4, 1, 0x82, 0x37, 21, 2}},
    {"crlVirtualBase", 9, {0x2B, 6, 1, 4, 1, 0x82, 0x37, 21, 3}},
    {"crlNextPublish", 9, {0x2B, 6, 1, 4, 1, 0x82, 0x37, 21, 4}},
    {"crlSelfCDP", 9, {0x2B, 6, 1, 4, 1, 0x82, 0x37, 21, 14}},
};
#define N_KNOWN (sizeof known_extensions / sizeof known_extensions[0])

static size_t known_extension(struct oc_bytes oid)
{
    size_t i = 0;
    while (i < N_KNOWN && (oid.len != known_extensions[i].len ||
                           memcmp(oid.data, known_extensions[i].oid, oid.len) != 0))
        i++;
    return i;
}

const char *oc_crl_extension_name(struct oc_bytes oid)
{
    size_t i = known_extension(oid);
    return i < N_KNOWN ? known_extensions[i].name : "other";
}

// ReasonFlags ::= BIT STRING; bit 0 is the top bit of the first octet of bits, in front of which is
// the number of unused ones.
static bool read_reason_flags(struct reader *r, struct oc_crl_scope *out)
{
    static const char what[] = "onlySomeReasons is not a BIT STRING (RFC 5280 5.2.5)";
    struct oc_bytes bits;
    if (!note(r, oci_der_read_checked(&r->in, OC_DER_CONTEXT(3), oci_der_is_bit_string, &bits),
              what))
        return false;
    oci_der_advance(&bits, 1);
    out->has_only_some_reasons = true;
    for (unsigned i = 0; i <= 8 && i / 8 < bits.len; i++)
        out->only_some_reasons |= (bits.data[i / 8] >> (7 - i % 8) & 1U) << i;
    return true;
}

// DistributionPointName ::= CHOICE {
//     fullName                 [0] IMPLICIT GeneralNames,
//     nameRelativeToCRLIssuer  [1] IMPLICIT RelativeDistinguishedName }
static bool read_point_name(struct reader *r, struct oc_crl_scope *out)
{
    static const char what[] = "distributionPoint is not a name in its tag (RFC 5280 5.2.5)";
    struct reader inside;
    if (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what))
        return false;
    if (next_is(&inside, OC_DER_CONTEXT_CONSTRUCTED(1)))
        return read_content(&inside, OC_DER_CONTEXT_CONSTRUCTED(1), &out->relative_name, what) &&
               finish(&inside, what);
    return oci_read_general_names(&inside, OC_DER_CONTEXT_CONSTRUCTED(0), &out->full_name, what,
                                  "fullName of distributionPoint is empty (RFC 5280 5.2.5)") &&
           finish(&inside, what);
}

// [n] IMPLICIT BOOLEAN DEFAULT FALSE
static bool read_flag(struct reader *r, unsigned n, bool *flag, const char *what)
{
    uint8_t tag = (uint8_t)OC_DER_CONTEXT(n);
    struct reader at = *r;
    struct oc_bytes content;
    if (!next_is(r, tag))
        return true;
    if (!read_content(r, tag, &content, what))
        return false;
    if (content.len != 1 || (content.data[0] != 0 && content.data[0] != 0xFF))
        return fail(&at, OC_ERR_ENCODING, what);
    *flag = content.data[0] != 0;
    if (!*flag)
        r->parse->deviations |= OC_DEV_FALSE_ENCODED;
    return true;
}

// IssuingDistributionPoint ::= SEQUENCE {
//     distributionPoint           [0] DistributionPointName OPTIONAL,
//     onlyContainsUserCerts       [1] IMPLICIT BOOLEAN DEFAULT FALSE,
//     onlyContainsCACerts         [2] IMPLICIT BOOLEAN DEFAULT FALSE,
//     onlySomeReasons             [3] IMPLICIT ReasonFlags OPTIONAL,
//     indirectCRL                 [4] IMPLICIT BOOLEAN DEFAULT FALSE,
//     onlyContainsAttributeCerts  [5] IMPLICIT BOOLEAN DEFAULT FALSE }
static bool read_scope(struct reader *value, struct oc_crl_scope *out)
{
    struct reader seq;
    struct reader at = *value;
    if (!enter(value, OC_DER_SEQUENCE, &seq,
               "issuingDistributionPoint is not a SEQUENCE (RFC 5280 5.2.5)"))
        return false;
    if (seq.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, "issuingDistributionPoint is empty (RFC 5280 5.2.5)");
    out->is_present = true;
    return (!next_is(&seq, OC_DER_CONTEXT_CONSTRUCTED(0)) || read_point_name(&seq, out)) &&
           read_flag(&seq, 1, &out->only_user_certs,
                     "onlyContainsUserCerts is not a BOOLEAN (RFC 5280 5.2.5)") &&
           read_flag(&seq, 2, &out->only_ca_certs,
                     "onlyContainsCACerts is not a BOOLEAN (RFC 5280 5.2.5)") &&
           (!next_is(&seq, OC_DER_CONTEXT(3)) || read_reason_flags(&seq, out)) &&
           read_flag(&seq, 4, &out->is_indirect, "indirectCRL is not a BOOLEAN (RFC 5280 5.2.5)") &&
           read_flag(&seq, 5, &out->only_attribute_certs,
                     "onlyContainsAttributeCerts is not a BOOLEAN (RFC 5280 5.2.5)") &&
           finish(&seq,
                  "trailing bytes after the fields of issuingDistributionPoint (RFC 5280 5.2.5)");
}

// FreshestCRL ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint
static bool read_freshest(struct reader *value, struct oc_list *out)
{
    static const char what[] = "freshestCRL is not a SEQUENCE OF SEQUENCE (RFC 5280 5.2.6)";
    struct reader list;
    struct reader at = *value;
    if (!enter(value, OC_DER_SEQUENCE, &list, what))
        return false;
    if (list.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, "freshestCRL is empty (RFC 5280 5.2.6)");
    out->items = list.in;
    for (out->n = 0; list.in.len != 0; out->n++) {
        struct oc_bytes point;
        if (!read_content(&list, OC_DER_SEQUENCE, &point, what))
            return false;
    }
    return true;
}

static bool read_value(struct reader *value, const struct oc_extension *extension,
                       struct oc_crl *out)
{
    switch (known_extension(extension->oid)) {
    case AUTHORITY_KEY_ID:
        return oci_read_authority_key_id(value, &out->authority_key_id);
    case CRL_NUMBER:
        return read_integer(value, &out->number, "cRLNumber is not an INTEGER (RFC 5280 5.2.3)");
    case DELTA_CRL_INDICATOR:
        return read_integer(value, &out->base_number,
                            "deltaCRLIndicator is not an INTEGER (RFC 5280 5.2.4)");
    case ISSUING_DISTRIBUTION_POINT:
        return read_scope(value, &out->scope);
    case FRESHEST_CRL:
        return read_freshest(value, &out->freshest);
    case EXPIRED_CERTS_ON_CRL:
        out->has_expired_certs = true;
        return read_time(value, &out->expired_certs,
                         "expiredCertsOnCRL is not a GeneralizedTime (X.509 9.5.2.8)");
    default:
        out->has_unknown_critical |= extension->critical;
        value->in.len = 0;
        return true;
    }
}

// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension. One that OCSP messages may have is decoded as
// well, so that oc_extension_next() can walk the list.
static bool read_items(struct reader *list, struct oc_crl *out)
{
    struct seen_oids seen;
    seen.n = 0;
    out->extensions.items = list->in;
    while (list->in.len != 0) {
        struct reader at = *list;
        struct oc_extension extension;
        if (!oci_read_extension(list, &extension) || !oci_note_oid(&seen, &at, extension.oid))
            return false;
        struct reader value = {extension.value, list->parse};
        if (!read_value(&value, &extension, out) ||
            !finish(&value, "trailing bytes after the value of an extension (RFC 5280 4.1)"))
            return false;
    }
    out->extensions.n = seen.n;
    return true;
}

// crlExtensions [0] EXPLICIT Extensions OPTIONAL
static bool read_crl_extensions(struct reader *r, struct oc_crl *out)
{
    struct reader inside;
    struct reader list;
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)))
        return true;
    if (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside,
               "crlExtensions is not in its tag (RFC 5280 5.1)"))
        return false;
    struct reader at = inside;
    if (!enter(&inside, OC_DER_SEQUENCE, &list, "crlExtensions is not a SEQUENCE (RFC 5280 5.1)"))
        return false;
    if (list.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, "crlExtensions is empty (RFC 5280 5.1)");
    return read_items(&list, out) &&
           finish(&inside, "trailing bytes after crlExtensions inside their tag (RFC 5280 5.1)");
}

// The list

// version Version OPTIONAL: v2, and v1 if it is absent.
static bool read_crl_version(struct reader *r, struct oc_crl *out)
{
    static const char what[] = "version is not v2 (RFC 5280 5.1)";
    struct reader at = *r;
    uint32_t version;
    out->version = 1;
    if (!next_is(r, OC_DER_INTEGER))
        return true;
    if (!note(r, oci_der_read_small(&r->in, OC_DER_INTEGER, &version), what))
        return false;
    if (version > 1)
        return fail(&at, OC_ERR_VERSION, what);
    if (version == 0)
        r->parse->deviations |= OC_DEV_VERSION_ENCODED;
    out->version = version + 1;
    return true;
}

// nextUpdate Time OPTIONAL
static bool read_next_update(struct reader *r, struct oc_crl *out)
{
    out->has_next_update = next_is(r, OC_DER_UTC_TIME) || next_is(r, OC_DER_GENERALIZED_TIME);
    return !out->has_next_update ||
           read_x509_time(r, &out->next_update, "nextUpdate is not a Time (RFC 5280 5.1)");
}

// TBSCertList ::= SEQUENCE {
//     version                  Version OPTIONAL,
//     signature                AlgorithmIdentifier,
//     issuer                   Name,
//     thisUpdate               Time,
//     nextUpdate               Time OPTIONAL,
//     revokedCertificates      SEQUENCE OF SEQUENCE OPTIONAL,
//     crlExtensions        [0] EXPLICIT Extensions OPTIONAL }
static bool read_tbs_fields(struct reader *r, struct oc_crl *out)
{
    return read_crl_version(r, out) &&
           read_algorithm(r, &out->tbs_algorithm,
                          "signature is not an AlgorithmIdentifier (RFC 5280 5.1)") &&
           read_whole(r, OC_DER_SEQUENCE, &out->issuer, "issuer is not a Name (RFC 5280 5.1)") &&
           read_x509_time(r, &out->this_update, "thisUpdate is not a Time (RFC 5280 5.1)") &&
           read_next_update(r, out) && oci_read_revoked(r, out) && read_crl_extensions(r, out) &&
           finish(r, "trailing bytes after the fields of TBSCertList (RFC 5280 5.1)");
}

// CertificateList ::= SEQUENCE {
//     tbsCertList         TBSCertList,
//     signatureAlgorithm  AlgorithmIdentifier,
//     signatureValue      BIT STRING }
static bool read_crl(struct reader *r, struct oc_crl *out)
{
    struct reader seq;
    struct reader tbs;
    if (!enter(r, OC_DER_SEQUENCE, &seq, "CertificateList is not a SEQUENCE (RFC 5280 5.1)"))
        return false;
    const uint8_t *start = seq.in.data;
    if (!enter(&seq, OC_DER_SEQUENCE, &tbs, "TBSCertList is not a SEQUENCE (RFC 5280 5.1)"))
        return false;
    out->tbs = (struct oc_bytes){start, (size_t)(seq.in.data - start)};
    return read_tbs_fields(&tbs, out) &&
           read_algorithm(&seq, &out->signature.algorithm,
                          "signatureAlgorithm is not an AlgorithmIdentifier (RFC 5280 5.1)") &&
           read_octet_aligned(&seq, &out->signature.value,
                              "signatureValue is not a BIT STRING of whole bytes "
                              "(RFC 5280 5.1)") &&
           finish(&seq, "trailing bytes after the fields of CertificateList (RFC 5280 5.1)") &&
           finish(r, "trailing bytes after the CertificateList (RFC 5280 5.1)");
}

enum oc_err oc_crl_parse(struct oc_crl *out, struct oc_bytes der, struct oc_error *err)
{
    struct parse parse = {.start = der.data};
    struct reader r = {der, &parse};
    *out = (struct oc_crl){.der = der};
    bool ok = read_crl(&r, out);
    if (ok)
        out->deviations = parse.deviations;
    else
        *out = (struct oc_crl){0};
    return oci_parse_finish(&parse, ok, err);
}
