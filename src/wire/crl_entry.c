// SPDX-License-Identifier: MIT
//
// The entries of a CRL and their extensions (RFC 5280 5.1, 5.3). An entry whose serial number can
// be read revokes that number, so that no more of it need be readable.
#include "wire/crl_entry.h"

#include "wire/extension.h"
#include "wire/list.h"

#include <string.h>

static void take(const struct oc_extension *extension, struct oc_crl_entry *out)
{
    switch (extension->id) {
    case OC_EXT_CRL_REASON:
        out->has_reason = true;
        out->reason = extension->crl_reason;
        break;
    case OC_EXT_INVALIDITY_DATE:
        out->has_invalidity_date = true;
        out->invalidity_date = extension->invalidity_date;
        break;
    case OC_EXT_CERTIFICATE_ISSUER:
        out->certificate_issuer = extension->certificate_issuer;
        break;
    default:
        out->has_unknown_critical |= extension->critical;
        break;
    }
}

// Of two reasons or dates it is not known which is right. A reason that is not given revokes.
static void take_back(enum oc_extension_id id, struct oc_crl_entry *out)
{
    if (id == OC_EXT_CRL_REASON) {
        out->has_reason = false;
        out->reason = 0;
    } else if (id == OC_EXT_INVALIDITY_DATE) {
        out->has_invalidity_date = false;
        out->invalidity_date = 0;
    }
}

// An extension may be too broken to be read, and still be marked critical. Without its
// certificateIssuer, an entry may be about a certificate of another issuer.
static void read_mark(struct oc_bytes item, struct seen_oids *seen, struct reader *at,
                      struct oc_crl_entry *out)
{
    struct oc_bytes content;
    struct oc_bytes oid;
    struct oc_bytes critical;
    if (oci_der_read(&item, OC_DER_SEQUENCE, &content) != OC_OK ||
        oci_der_read(&content, OC_DER_OID, &oid) != OC_OK)
        return;
    enum oc_extension_id id = oci_extension_id(oid);
    (void)oci_note_oid(seen, at, oid);
    take_back(id, out);
    if (id == OC_EXT_CERTIFICATE_ISSUER ||
        (oci_der_read(&content, OC_DER_BOOLEAN, &critical) == OC_OK && critical.len == 1 &&
         critical.data[0] != 0))
        out->has_unknown_critical = true;
}

// Returns false if the extension cannot be read, or is there for the second time. It is skipped
// then, with all behind it if its end cannot be found.
static bool read_item(struct reader *list, struct seen_oids *seen, struct oc_crl_entry *out)
{
    struct reader at = *list;
    struct oc_extension extension;
    struct oc_bytes whole;
    unsigned before = list->parse->deviations;
    if (oci_read_extension(list, &extension) && oci_note_oid(seen, &at, extension.oid)) {
        take(&extension, out);
        return true;
    }
    list->in = at.in;
    list->parse->deviations = before;
    if (oc_der_read_any(&list->in, NULL, NULL, &whole) == OC_OK)
        read_mark(whole, seen, &at, out);
    else
        list->in.len = 0;
    return false;
}

// Nearly all entries have reasonCode alone or no extension: it is recognised as a whole encoding,
// of which only the reason, the last octet, varies.
static bool read_reason_alone(struct reader *r, struct oc_crl_entry *out)
{
    static const uint8_t head[] = {0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55,
                                   0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01};
    if (r->in.len != sizeof head + 1 || memcmp(r->in.data, head, sizeof head) != 0 ||
        r->in.data[sizeof head] >= 0x80)
        return false;
    out->has_reason = true;
    out->reason = r->in.data[sizeof head];
    out->extensions = (struct oc_list){{r->in.data + 2, r->in.len - 2}, 1};
    oci_der_advance(&r->in, r->in.len);
    return true;
}

// crlEntryExtensions Extensions OPTIONAL
static void read_extensions_of_entry(struct reader *r, struct oc_crl_entry *out)
{
    struct reader list = {.parse = r->parse};
    struct seen_oids seen;
    seen.n = 0;
    out->has_unreadable_extensions = true;
    if (oci_der_read(&r->in, OC_DER_SEQUENCE, &list.in) != OC_OK)
        return;
    const uint8_t *start = list.in.data;
    out->extensions.items = (struct oc_bytes){start, 0};
    out->has_unreadable_extensions = list.in.len == 0 || r->in.len != 0;
    for (bool is_readable = true; list.in.len != 0;) {
        is_readable = read_item(&list, &seen, out) && is_readable;
        if (is_readable)
            out->extensions = (struct oc_list){{start, (size_t)(list.in.data - start)}, seen.n};
        else
            out->has_unreadable_extensions = true;
    }
}

// revocationDate Time. What else is in its place is skipped, unless it may be crlEntryExtensions.
static void read_date(struct reader *r, struct oc_crl_entry *out)
{
    unsigned before = r->parse->deviations;
    enum oc_err code =
        next_is(r, OC_DER_UTC_TIME)
            ? oc_der_read_utc_time(&r->in, &out->revocation_date)
            : oci_der_read_generalized_time(&r->in, &out->revocation_date, &r->parse->deviations);
    out->has_revocation_date = code == OC_OK;
    if (code == OC_OK)
        return;
    out->revocation_date = 0;
    r->parse->deviations = before | OC_DEV_ENTRY_DATE;
    if (!next_is(r, OC_DER_SEQUENCE) && oc_der_read_any(&r->in, NULL, NULL, NULL) != OC_OK)
        out->has_unreadable_extensions = r->in.len != 0;
}

// The fields of an entry, one after the other:
//
// SEQUENCE {
//     userCertificate     CertificateSerialNumber,
//     revocationDate      Time,
//     crlEntryExtensions  Extensions OPTIONAL }
static bool read_entry(struct reader *r, struct oc_crl_entry *out)
{
    struct reader seq;
    *out = (struct oc_crl_entry){0};
    if (!enter(r, OC_DER_SEQUENCE, &seq,
               "an entry of revokedCertificates is not a SEQUENCE (RFC 5280 5.1)") ||
        !read_serial(&seq, &out->serial, "userCertificate is not an INTEGER (RFC 5280 5.1)"))
        return false;
    read_date(&seq, out);
    if (seq.in.len != 0 && !read_reason_alone(&seq, out))
        read_extensions_of_entry(&seq, out);
    if (out->has_unreadable_extensions)
        r->parse->deviations |= OC_DEV_ENTRY_EXTENSION;
    return true;
}

// revokedCertificates SEQUENCE OF SEQUENCE OPTIONAL: absent when nothing is revoked, although
// some send it empty.
bool oci_read_revoked(struct reader *r, struct oc_crl *out)
{
    struct reader list;
    struct oc_crl_entry entry;
    if (!next_is(r, OC_DER_SEQUENCE))
        return true;
    if (!enter(r, OC_DER_SEQUENCE, &list, "revokedCertificates is not a SEQUENCE (RFC 5280 5.1)"))
        return false;
    if (list.in.len == 0)
        r->parse->deviations |= OC_DEV_LIST_EMPTY;
    out->revoked.items = list.in;
    for (out->revoked.n = 0; list.in.len != 0; out->revoked.n++) {
        if (!read_entry(&list, &entry))
            return false;
        out->has_unknown_critical_entry |= entry.has_unknown_critical;
        out->has_certificate_issuer |= entry.certificate_issuer.items.data != NULL;
    }
    return true;
}

bool oc_crl_next(const struct oc_crl *crl, size_t *at, struct oc_crl_entry *out)
{
    struct parse parse;
    struct reader r;
    if (list_start(crl->revoked.items, *at, &parse, &r) && read_entry(&r, out)) {
        *at = list_moved(&r);
        return true;
    }
    *out = (struct oc_crl_entry){0};
    return false;
}
