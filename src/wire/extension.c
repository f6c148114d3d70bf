// SPDX-License-Identifier: MIT
//
// Extensions (RFC 6960 4.4, RFC 9654, RFC 5280 5.3): reading. A function for each
// known one; the rest is kept as it is.
#include "wire/extension.h"

#include "base/names.h"
#include "wire/list.h"

#include <string.h>

// The object identifiers of enum oc_extension_id, which is the index.
static const struct {
    uint8_t len;
    uint8_t oid[10];
} extension_oids[] = {
    [OC_EXT_NONCE] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2}},
    [OC_EXT_CRL_REFERENCE] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 3}},
    [OC_EXT_ACCEPTABLE_RESPONSES] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 4}},
    [OC_EXT_ARCHIVE_CUTOFF] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 6}},
    [OC_EXT_SERVICE_LOCATOR] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 7}},
    [OC_EXT_PREFERRED_SIGNATURES] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 8}},
    [OC_EXT_EXTENDED_REVOKE] = {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 9}},
    [OC_EXT_SCT_LIST] = {10, {0x2B, 6, 1, 4, 1, 0xD6, 0x79, 2, 4, 5}},
    [OC_EXT_CRL_REASON] = {3, {0x55, 0x1D, 21}},
    [OC_EXT_INVALIDITY_DATE] = {3, {0x55, 0x1D, 24}},
    [OC_EXT_CERTIFICATE_ISSUER] = {3, {0x55, 0x1D, 29}},
};
#define N_EXTENSION_OIDS (sizeof extension_oids / sizeof extension_oids[0])

enum oc_extension_id oci_extension_id(struct oc_bytes oid)
{
    for (size_t i = OC_EXT_OTHER + 1; i < N_EXTENSION_OIDS; i++) {
        if (oid.len == extension_oids[i].len &&
            memcmp(oid.data, extension_oids[i].oid, oid.len) == 0)
            return (enum oc_extension_id)i;
    }
    return OC_EXT_OTHER;
}

struct oc_bytes oci_extension_oid(enum oc_extension_id id)
{
    if (id == OC_EXT_OTHER || (size_t)id >= N_EXTENSION_OIDS)
        return (struct oc_bytes){0};
    return (struct oc_bytes){extension_oids[id].oid, extension_oids[id].len};
}

// In the order of enum oc_extension_id.
const char *oc_extension_name(enum oc_extension_id id)
{
    static const char names[] = "other\0"
                                "nonce\0"
                                "crlReference\0"
                                "acceptableResponses\0"
                                "archiveCutoff\0"
                                "serviceLocator\0"
                                "preferredSignatureAlgorithms\0"
                                "extendedRevoke\0"
                                "signedCertificateTimestamps\0"
                                "reasonCode\0"
                                "invalidityDate\0"
                                "certificateIssuer\0";
    return oci_nth_name(names, id);
}

// By number, behind the name of what has none, which 7 is, too (RFC 5280 5.3.1).
const char *oc_crl_reason_name(uint32_t reason)
{
    static const char names[] = "undefined\0"
                                "unspecified\0"
                                "keyCompromise\0"
                                "cACompromise\0"
                                "affiliationChanged\0"
                                "superseded\0"
                                "cessationOfOperation\0"
                                "certificateHold\0"
                                "undefined\0"
                                "removeFromCRL\0"
                                "privilegeWithdrawn\0"
                                "aACompromise\0";
    return oci_nth_name(names, (size_t)reason + 1);
}

// crlUrl [0] EXPLICIT IA5String, crlNum [1] EXPLICIT INTEGER and crlTime [2] EXPLICIT
// GeneralizedTime, each OPTIONAL.
static bool read_crl_reference_parts(struct reader *r, struct oc_crl_reference *out)
{
    static const char url[] = "crlUrl is not an IA5String (RFC 6960 4.4.2)";
    static const char number[] = "crlNum is not an INTEGER (RFC 6960 4.4.2)";
    static const char time[] = "crlTime is not a GeneralizedTime (RFC 6960 4.4.2)";
    struct reader inside;
    if (next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)) &&
        (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, url) ||
         !read_content(&inside, OC_DER_IA5_STRING, &out->url, url) || !finish(&inside, url)))
        return false;
    if (next_is(r, OC_DER_CONTEXT_CONSTRUCTED(1)) &&
        (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(1), &inside, number) ||
         !read_integer(&inside, &out->number, number) || !finish(&inside, number)))
        return false;
    out->has_time = next_is(r, OC_DER_CONTEXT_CONSTRUCTED(2));
    return !out->has_time || (enter(r, OC_DER_CONTEXT_CONSTRUCTED(2), &inside, time) &&
                              read_time(&inside, &out->time, time) && finish(&inside, time));
}

// CrlID ::= SEQUENCE { crlUrl [0], crlNum [1], crlTime [2] }
static bool read_crl_reference(struct reader *r, struct oc_crl_reference *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, "a CRL reference is not a SEQUENCE (RFC 6960 4.4.2)") &&
           read_crl_reference_parts(&seq, out) &&
           finish(&seq, "trailing bytes after the fields of a CRL reference (RFC 6960 4.4.2)");
}

// Nonce ::= OCTET STRING. RFC 2560 did not say so, and some still send bare octets.
static bool read_nonce(struct reader *r, struct oc_bytes *out)
{
    struct oc_bytes rest = r->in;
    if (oci_der_read(&rest, OC_DER_OCTET_STRING, out) != OC_OK || rest.len != 0) {
        r->parse->deviations |= OC_DEV_NONCE_UNWRAPPED;
        *out = r->in;
    }
    r->in.len = 0;
    return true;
}

bool oci_read_oid_list(struct reader *r, struct oc_list *out, const char *what)
{
    struct reader list;
    if (!enter(r, OC_DER_SEQUENCE, &list, what))
        return false;
    out->items = list.in;
    for (out->n = 0; list.in.len != 0; out->n++) {
        struct oc_bytes oid;
        if (!read_oid(&list, &oid, what))
            return false;
    }
    return true;
}

// PreferredSignatureAlgorithm ::= SEQUENCE {
//     sigIdentifier        AlgorithmIdentifier,
//     pubKeyAlgIdentifier  SMIMECapability OPTIONAL }
static bool read_preferred_signature(struct reader *r, struct oc_preferred_signature *out)
{
    struct reader seq;
    *out = (struct oc_preferred_signature){0};
    return enter(r, OC_DER_SEQUENCE, &seq,
                 "PreferredSignatureAlgorithm is not a SEQUENCE (RFC 6960 4.4.7.1)") &&
           read_algorithm(&seq, &out->signature_algorithm,
                          "sigIdentifier is not an AlgorithmIdentifier (RFC 6960 4.4.7.1)") &&
           (seq.in.len == 0 ||
            read_algorithm(&seq, &out->key_algorithm,
                           "pubKeyAlgIdentifier is not an SMIMECapability (RFC 6960 4.4.7.1)")) &&
           finish(&seq, "trailing bytes after pubKeyAlgIdentifier (RFC 6960 4.4.7.1)");
}

// PreferredSignatureAlgorithms ::= SEQUENCE OF PreferredSignatureAlgorithm
static bool read_preferred_signatures(struct reader *r, struct oc_list *out)
{
    struct reader list;
    if (!enter(r, OC_DER_SEQUENCE, &list,
               "PreferredSignatureAlgorithms is not a SEQUENCE (RFC 6960 4.4.7.1)"))
        return false;
    out->items = list.in;
    for (out->n = 0; list.in.len != 0; out->n++) {
        struct oc_preferred_signature preferred;
        if (!read_preferred_signature(&list, &preferred))
            return false;
    }
    return true;
}

// GeneralName is a CHOICE of [0] to [8] (RFC 5280 4.2.1.6), of which 0, 3, 4 and 5 are
// constructed; [6] is the URI.
static bool is_general_name(uint32_t tag)
{
    unsigned number = tag & 0x1F;
    bool is_constructed = number == 0 || (number >= 3 && number <= 5);
    return number <= 8 &&
           tag == (is_constructed ? OC_DER_CONTEXT_CONSTRUCTED(number) : OC_DER_CONTEXT(number));
}

bool oci_read_general_name(struct reader *r, struct oc_bytes *whole, struct oc_bytes *uri,
                           const char *what)
{
    uint32_t tag;
    struct oc_bytes content;
    struct reader at = *r;
    if (!note(r, oc_der_read_any(&r->in, &tag, &content, whole), what))
        return false;
    if (!is_general_name(tag))
        return fail(&at, OC_ERR_TAG, what);
    *uri = tag == OC_DER_CONTEXT(6) ? content : (struct oc_bytes){0};
    return true;
}

// AccessDescription ::= SEQUENCE {
//     accessMethod    OBJECT IDENTIFIER,
//     accessLocation  GeneralName }
static bool read_access(struct reader *r, struct oc_access *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq,
                 "AccessDescription is not a SEQUENCE (RFC 5280 4.2.2.1)") &&
           read_oid(&seq, &out->method,
                    "accessMethod is not an OBJECT IDENTIFIER (RFC 5280 4.2.2.1)") &&
           oci_read_general_name(&seq, &out->location, &out->uri,
                                 "accessLocation is not a GeneralName (RFC 5280 4.2.2.1)") &&
           finish(&seq, "trailing bytes after accessLocation (RFC 5280 4.2.2.1)");
}

// AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription
bool oci_read_access_list(struct reader *r, struct oc_list *out)
{
    struct reader list;
    struct reader at = *r;
    if (!enter(r, OC_DER_SEQUENCE, &list,
               "AuthorityInfoAccessSyntax is not a SEQUENCE (RFC 5280 4.2.2.1)"))
        return false;
    if (list.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, "AuthorityInfoAccessSyntax is empty (RFC 5280 4.2.2.1)");
    out->items = list.in;
    for (out->n = 0; list.in.len != 0; out->n++) {
        struct oc_access access;
        if (!read_access(&list, &access))
            return false;
    }
    return true;
}

// ServiceLocator ::= SEQUENCE {
//     issuer   Name,
//     locator  AuthorityInfoAccessSyntax OPTIONAL }
static bool read_service_locator(struct reader *r, struct oc_service_locator *out)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, "ServiceLocator is not a SEQUENCE (RFC 6960 4.4.6)") &&
           read_whole(&seq, OC_DER_SEQUENCE, &out->issuer,
                      "issuer of a ServiceLocator is not a Name (RFC 6960 4.4.6)") &&
           (seq.in.len == 0 || oci_read_access_list(&seq, &out->locator)) &&
           finish(&seq, "trailing bytes after the locator of a ServiceLocator (RFC 6960 4.4.6)");
}

// GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName
bool oci_read_general_names(struct reader *r, uint8_t tag, struct oc_list *out, const char *what,
                            const char *empty)
{
    struct reader list;
    struct reader at = *r;
    if (!enter(r, tag, &list, what))
        return false;
    if (list.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, empty);
    out->items = list.in;
    for (out->n = 0; list.in.len != 0; out->n++) {
        struct oc_bytes name;
        struct oc_bytes uri;
        if (!oci_read_general_name(&list, &name, &uri, what))
            return false;
    }
    return true;
}

// KeyIdentifier is an OCTET STRING; what else AuthorityKeyIdentifier names stays closed.
bool oci_read_authority_key_id(struct reader *r, struct oc_bytes *key_id)
{
    static const char what[] = "AuthorityKeyIdentifier is not a SEQUENCE (RFC 5280 4.2.1.1)";
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, what) &&
           (!next_is(&seq, OC_DER_CONTEXT(0)) ||
            read_content(&seq, OC_DER_CONTEXT(0), key_id,
                         "keyIdentifier is not an OCTET STRING (RFC 5280 4.2.1.1)"));
}

static bool read_value(struct reader *value, struct oc_extension *out)
{
    switch (out->id) {
    case OC_EXT_NONCE:
        return read_nonce(value, &out->nonce);
    case OC_EXT_CRL_REFERENCE:
        return read_crl_reference(value, &out->crl_reference);
    case OC_EXT_ACCEPTABLE_RESPONSES:
        return oci_read_oid_list(value, &out->acceptable_responses,
                                 "AcceptableResponses is not a SEQUENCE OF OBJECT IDENTIFIER "
                                 "(RFC 6960 4.4.3)");
    case OC_EXT_ARCHIVE_CUTOFF:
        return read_time(value, &out->archive_cutoff,
                         "ArchiveCutoff is not a GeneralizedTime (RFC 6960 4.4.4)");
    case OC_EXT_SERVICE_LOCATOR:
        return read_service_locator(value, &out->service_locator);
    case OC_EXT_PREFERRED_SIGNATURES:
        return read_preferred_signatures(value, &out->preferred_signatures);
    case OC_EXT_EXTENDED_REVOKE:
        return read_null(value, "extended revoke is not NULL (RFC 6960 4.4.8)");
    case OC_EXT_SCT_LIST:
        return read_content(value, OC_DER_OCTET_STRING, &out->sct_list,
                            "SignedCertificateTimestampList is not an OCTET STRING "
                            "(RFC 6962 3.3)");
    case OC_EXT_CRL_REASON:
        return read_enumerated(value, &out->crl_reason,
                               "reasonCode is not an ENUMERATED (RFC 5280 5.3.1)");
    case OC_EXT_INVALIDITY_DATE:
        return read_time(value, &out->invalidity_date,
                         "invalidityDate is not a GeneralizedTime (RFC 5280 5.3.2)");
    case OC_EXT_CERTIFICATE_ISSUER:
        return oci_read_general_names(value, OC_DER_SEQUENCE, &out->certificate_issuer,
                                      "certificateIssuer is not GeneralNames (RFC 5280 5.3.3)",
                                      "certificateIssuer is empty (RFC 5280 5.3.3)");
    case OC_EXT_OTHER:
        break;
    }
    value->in.len = 0;
    return true;
}

// critical BOOLEAN DEFAULT FALSE
static bool read_critical(struct reader *r, bool *critical)
{
    *critical = false;
    if (!next_is(r, OC_DER_BOOLEAN))
        return true;
    if (!read_boolean(r, critical, "critical is not a BOOLEAN (RFC 5280 4.1)"))
        return false;
    if (!*critical)
        r->parse->deviations |= OC_DEV_FALSE_ENCODED;
    return true;
}

// Extension ::= SEQUENCE {
//     extnID     OBJECT IDENTIFIER,
//     critical   BOOLEAN DEFAULT FALSE,
//     extnValue  OCTET STRING }
bool oci_read_extension_head(struct reader *r, struct oc_extension *out, struct reader *value)
{
    struct reader seq;
    *out = (struct oc_extension){0};
    if (!enter(r, OC_DER_SEQUENCE, &seq, "Extension is not a SEQUENCE (RFC 5280 4.1)") ||
        !read_oid(&seq, &out->oid, "extnID is not an OBJECT IDENTIFIER (RFC 5280 4.1)") ||
        !read_critical(&seq, &out->critical) ||
        !enter(&seq, OC_DER_OCTET_STRING, value,
               "extnValue is not an OCTET STRING (RFC 5280 4.1)") ||
        !finish(&seq, "trailing bytes after extnValue (RFC 5280 4.1)"))
        return false;
    out->value = value->in;
    return true;
}

bool oci_read_extension(struct reader *r, struct oc_extension *out)
{
    struct reader value;
    if (!oci_read_extension_head(r, out, &value))
        return false;
    out->id = oci_extension_id(out->oid);
    return read_value(&value, out) &&
           finish(&value, "trailing bytes after the value of an extension (RFC 5280 4.1)");
}

bool oci_note_oid(struct seen_oids *seen, struct reader *at, struct oc_bytes oid)
{
    for (size_t i = 0; i < seen->n; i++) {
        if (oc_bytes_equal(seen->oids[i], oid))
            return fail(at, OC_ERR_DUPLICATE, "the same extension twice (RFC 5280 4.2)");
    }
    if (seen->n == OC_MAX_EXTENSIONS)
        return fail(at, OC_ERR_LIMIT,
                    "more extensions in a list than the limit (OC_MAX_EXTENSIONS)");
    seen->oids[seen->n++] = oid;
    return true;
}

static bool read_items(struct reader *list, struct oc_list *out)
{
    struct seen_oids seen;
    seen.n = 0;
    out->items = list->in;
    while (list->in.len != 0) {
        struct reader at = *list;
        struct oc_extension extension;
        if (!oci_read_extension(list, &extension) || !oci_note_oid(&seen, &at, extension.oid))
            return false;
    }
    out->n = seen.n;
    return true;
}

// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension
bool oci_read_extensions(struct oc_bytes in, struct parse *parse, struct oc_list *out)
{
    struct reader inside = {in, parse};
    struct reader at = inside;
    struct reader list;
    if (!enter(&inside, OC_DER_SEQUENCE, &list, "Extensions is not a SEQUENCE (RFC 5280 4.1)"))
        return false;
    if (list.in.len == 0)
        return fail(&at, OC_ERR_EMPTY, "Extensions is empty (RFC 5280 4.1)");
    return read_items(&list, out) &&
           finish(&inside, "trailing bytes after Extensions inside their tag (RFC 5280 4.1)");
}

bool oc_extension_next(const struct oc_list *list, size_t *at, struct oc_extension *out)
{
    struct parse parse;
    struct reader r;
    if (list_start(list->items, *at, &parse, &r) && oci_read_extension(&r, out)) {
        *at = list_moved(&r);
        return true;
    }
    *out = (struct oc_extension){0};
    return false;
}

bool oc_extension_find(const struct oc_list *list, enum oc_extension_id id,
                       struct oc_extension *out)
{
    for (size_t at = 0; oc_extension_next(list, &at, out);) {
        if (out->id == id && id != OC_EXT_OTHER)
            return true;
    }
    return false;
}

bool oc_oid_next(const struct oc_list *list, size_t *at, struct oc_bytes *oid)
{
    struct parse parse;
    struct reader r;
    if (list_start(list->items, *at, &parse, &r) && read_oid(&r, oid, NULL)) {
        *at = list_moved(&r);
        return true;
    }
    *oid = (struct oc_bytes){0};
    return false;
}

bool oc_preferred_signature_next(const struct oc_list *list, size_t *at,
                                 struct oc_preferred_signature *out)
{
    struct parse parse;
    struct reader r;
    if (list_start(list->items, *at, &parse, &r) && read_preferred_signature(&r, out)) {
        *at = list_moved(&r);
        return true;
    }
    *out = (struct oc_preferred_signature){0};
    return false;
}

bool oc_access_next(const struct oc_list *list, size_t *at, struct oc_access *out)
{
    struct parse parse;
    struct reader r;
    if (list_start(list->items, *at, &parse, &r) && read_access(&r, out)) {
        *at = list_moved(&r);
        return true;
    }
    *out = (struct oc_access){0};
    return false;
}
