// SPDX-License-Identifier: MIT
//
// The common part of the parsers of requests, responses and certificates: reads of the
// simple types, and the structures that occur in more than one of them.
#include "wire/parse.h"

void oci_fail(struct parse *parse, const uint8_t *at, enum oc_err code, const char *what)
{
    parse->error = (struct oc_error){code, (size_t)(at - parse->start), what};
}

enum oc_err oci_parse_finish(const struct parse *parse, bool ok, struct oc_error *err)
{
    struct oc_error none = {0};
    if (err != NULL)
        *err = ok ? none : parse->error;
    return ok ? OC_OK : parse->error.code;
}

// Version ::= INTEGER { v1(0) }
bool oci_read_version(struct oc_bytes in, struct parse *parse, uint32_t max, uint32_t *version,
                      const char *what)
{
    struct reader inside = {in, parse};
    struct reader at = inside;
    if (!note(&inside, oci_der_read_small(&inside.in, OC_DER_INTEGER, version), what) ||
        !finish(&inside, what))
        return false;
    if (*version > max)
        return fail(&at, OC_ERR_VERSION, what);
    if (*version == 0)
        inside.parse->deviations |= OC_DEV_VERSION_ENCODED;
    return true;
}

// Certificates stay closed: each is a SEQUENCE, and no more is looked at.
static bool read_certs(struct reader *list, struct oc_list *certs)
{
    certs->items = list->in;
    for (certs->n = 0; list->in.len != 0; certs->n++) {
        struct oc_bytes cert;
        if (!read_content(list, OC_DER_SEQUENCE, &cert,
                          "a certificate in certs is not a SEQUENCE (RFC 6960 4.1.1, 4.2.1)"))
            return false;
    }
    return true;
}

// certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL
static bool read_optional_certs(struct reader *r, struct oc_list *certs)
{
    static const char what[] = "certs is not a SEQUENCE OF Certificate (RFC 6960 4.1.1, 4.2.1)";
    struct reader inside;
    struct reader list;
    certs->items = (struct oc_bytes){0};
    certs->n = 0;
    if (!next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)))
        return true;
    return enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what) &&
           enter(&inside, OC_DER_SEQUENCE, &list, what) && read_certs(&list, certs) &&
           finish(&inside, what);
}

// signatureAlgorithm      AlgorithmIdentifier,
// signature               BIT STRING,
// certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL
bool oci_read_signature(struct oc_bytes in, struct parse *parse, struct oc_signature *signature)
{
    struct reader rest = {in, parse};
    return read_algorithm(
               &rest, &signature->algorithm,
               "signatureAlgorithm is not an AlgorithmIdentifier (RFC 6960 4.1.1, 4.2.1)") &&
           read_octet_aligned(
               &rest, &signature->value,
               "signature is not a BIT STRING of whole bytes (RFC 6960 4.1.1, 4.2.1)") &&
           read_optional_certs(&rest, &signature->certs) &&
           finish(&rest, "trailing bytes after signature and certs (RFC 6960 4.1.1, 4.2.1)");
}
