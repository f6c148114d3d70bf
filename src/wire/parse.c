// SPDX-License-Identifier: MIT
//
// What the parsers of requests, responses and certificates share: reads of the
// simple types, and the structures that occur in more than one of them.
#include "wire/parse.h"

#define MAX_SERIAL_LEN 20  // RFC 5280 4.1.2.2

bool oci_fail(const struct reader *r, enum oc_err code, const char *what)
{
    r->parse->error = (struct oc_error){code, (size_t)(r->in.data - r->parse->start), what};
    return false;
}

enum oc_err oci_parse_finish(const struct parse *parse, bool ok, struct oc_error *err)
{
    if (err != NULL)
        *err = ok ? (struct oc_error){0} : parse->error;
    return ok ? OC_OK : parse->error.code;
}

bool oci_read_octet_aligned(struct reader *r, struct oc_bytes *value, const char *what)
{
    struct oc_bytes content;
    struct reader at = *r;
    if (!read_content(r, OC_DER_BIT_STRING, &content, what))
        return false;
    if (content.len == 0 || content.data[0] != 0)
        return oci_fail(&at, OC_ERR_ENCODING, what);
    *value = (struct oc_bytes){content.data + 1, content.len - 1};
    return true;
}

// Version ::= INTEGER { v1(0) }
bool oci_read_version(struct reader *r, uint32_t max, uint32_t *version, const char *what)
{
    struct reader inside;
    *version = 0;
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)))
        return true;
    if (!enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what))
        return false;
    struct reader at = inside;
    if (!note(&inside, oc_der_read_small(&inside.in, version), what) || !finish(&inside, what))
        return false;
    if (*version > max)
        return oci_fail(&at, OC_ERR_VERSION, what);
    if (*version == 0)
        r->parse->deviations |= OC_DEV_VERSION_ENCODED;
    return true;
}

// CertificateSerialNumber ::= INTEGER
bool oci_read_serial(struct reader *r, struct oc_bytes *serial, const char *what)
{
    if (!read_integer(r, serial, what))
        return false;
    if (serial->data[0] >= 0x80)
        r->parse->deviations |= OC_DEV_SERIAL_NEGATIVE;
    if (serial->len > MAX_SERIAL_LEN)
        r->parse->deviations |= OC_DEV_SERIAL_LONG;
    return true;
}

// AlgorithmIdentifier ::= SEQUENCE {
//     algorithm   OBJECT IDENTIFIER,
//     parameters  ANY DEFINED BY algorithm OPTIONAL }
bool oci_read_algorithm(struct reader *r, struct oc_algorithm *algorithm, const char *what)
{
    struct reader seq;
    algorithm->parameters = (struct oc_bytes){0};
    return enter(r, OC_DER_SEQUENCE, &seq, what) && read_oid(&seq, &algorithm->oid, what) &&
           (seq.in.len == 0 || read_any(&seq, &algorithm->parameters, what)) && finish(&seq, what);
}

// Certificates stay closed: each is a SEQUENCE, and no more is looked at.
static bool read_certs(struct reader *list, struct oc_list *certs)
{
    certs->items = list->in;
    for (certs->n = 0; list->in.len != 0; certs->n++) {
        struct oc_bytes cert;
        if (!read_content(list, OC_DER_SEQUENCE, &cert,
                          "a certificate in certs is not a SEQUENCE (RFC 6960 4.2.1)"))
            return false;
    }
    return true;
}

// certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL
static bool read_optional_certs(struct reader *r, struct oc_list *certs)
{
    static const char what[] = "certs is not a SEQUENCE OF Certificate (RFC 6960 4.2.1)";
    struct reader inside;
    struct reader list;
    *certs = (struct oc_list){0};
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)))
        return true;
    return enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what) &&
           enter(&inside, OC_DER_SEQUENCE, &list, what) && read_certs(&list, certs) &&
           finish(&inside, what);
}

// signatureAlgorithm      AlgorithmIdentifier,
// signature               BIT STRING,
// certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL
bool oci_read_signature(struct reader *r, struct oc_signature *signature)
{
    return oci_read_algorithm(
               r, &signature->algorithm,
               "signatureAlgorithm is not an AlgorithmIdentifier (RFC 6960 4.2.1)") &&
           oci_read_octet_aligned(
               r, &signature->value,
               "signature is not a BIT STRING of whole octets (RFC 6960 4.2.1)") &&
           read_optional_certs(r, &signature->certs);
}
