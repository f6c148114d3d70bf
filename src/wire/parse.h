// SPDX-License-Identifier: MIT
//
// How the parsers read: a function for each ASN.1 production, its fields in their
// order, joined by `&&`. The first read that fails notes what it was to read and
// where, and everything above it returns false.
//
// Each read takes the text to note: the field, what is wrong, the section.
#ifndef WIRE_PARSE_H
#define WIRE_PARSE_H

#include <ocsp/base.h>

#include "der/reader.h"

// One message that is being parsed.
struct parse {
    const uint8_t *start;
    struct oc_error error;
    unsigned deviations;
};

// What is left to read of one structure in it.
struct reader {
    struct oc_bytes in;
    struct parse *parse;
};

// oci_fail notes the error at the element that `r` stands before, and returns false.
bool oci_fail(const struct reader *r, enum oc_err code, const char *what);

// oci_parse_finish hands the error over, if the parse was not `ok`, and returns its code.
enum oc_err oci_parse_finish(const struct parse *parse, bool ok, struct oc_error *err);

// note passes a success on, and notes a failure.
static inline bool note(struct reader *r, enum oc_err code, const char *what)
{
    return code == OC_OK || oci_fail(r, code, what);
}

// next_is tells whether an element with this tag comes next.
static inline bool next_is(const struct reader *r, uint8_t tag)
{
    return der_next_is(r->in, tag);
}

// read_content reads one element with this tag.
static inline bool read_content(struct reader *r, uint8_t tag, struct oc_bytes *content,
                                const char *what)
{
    return note(r, der_read(&r->in, tag, content), what);
}

// read_whole reads one element with this tag, and gives it with tag and length.
static inline bool read_whole(struct reader *r, uint8_t tag, struct oc_bytes *whole,
                              const char *what)
{
    struct oc_bytes content;
    const uint8_t *start = r->in.data;
    if (!read_content(r, tag, &content, what))
        return false;
    *whole = (struct oc_bytes){start, (size_t)(content.data - start) + content.len};
    return true;
}

// enter reads one constructed element; `inside` then stands before its first part.
static inline bool enter(struct reader *r, uint8_t tag, struct reader *inside, const char *what)
{
    inside->parse = r->parse;
    return read_content(r, tag, &inside->in, what);
}

// finish fails unless everything in `r` was read.
static inline bool finish(struct reader *r, const char *what)
{
    return r->in.len == 0 || oci_fail(r, OC_ERR_TRAILING, what);
}

static inline bool read_any(struct reader *r, struct oc_bytes *whole, const char *what)
{
    return note(r, oc_der_read_any(&r->in, NULL, NULL, whole), what);
}

static inline bool read_boolean(struct reader *r, bool *value, const char *what)
{
    return note(r, oc_der_read_boolean(&r->in, value), what);
}

static inline bool read_integer(struct reader *r, struct oc_bytes *value, const char *what)
{
    return note(r, oc_der_read_integer(&r->in, value), what);
}

static inline bool read_enumerated(struct reader *r, uint32_t *value, const char *what)
{
    return note(r, oc_der_read_enumerated(&r->in, value), what);
}

static inline bool read_null(struct reader *r, const char *what)
{
    return note(r, oc_der_read_null(&r->in), what);
}

static inline bool read_oid(struct reader *r, struct oc_bytes *oid, const char *what)
{
    return note(r, oc_der_read_oid(&r->in, oid), what);
}

static inline bool read_time(struct reader *r, int64_t *seconds, const char *what)
{
    return note(r, oc_der_read_generalized_time(&r->in, seconds, &r->parse->deviations), what);
}

// oci_read_octet_aligned reads a BIT STRING of whole octets.
bool oci_read_octet_aligned(struct reader *r, struct oc_bytes *value, const char *what);

// oci_read_version reads `version [0] EXPLICIT Version DEFAULT v1` up to `max`, if it is
// there; v1 is 0.
bool oci_read_version(struct reader *r, uint32_t max, uint32_t *version, const char *what);

// oci_read_serial reads a CertificateSerialNumber and notes what is odd about it.
bool oci_read_serial(struct reader *r, struct oc_bytes *serial, const char *what);

// oci_read_algorithm reads an AlgorithmIdentifier (RFC 5280 4.1.1.2).
bool oci_read_algorithm(struct reader *r, struct oc_algorithm *algorithm, const char *what);

// oci_read_signature reads signatureAlgorithm, signature and certs, which stand alike in
// Signature (RFC 6960 4.1.1) and BasicOCSPResponse (4.2.1).
bool oci_read_signature(struct reader *r, struct oc_signature *signature);

#endif
