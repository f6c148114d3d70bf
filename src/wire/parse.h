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

#define MAX_SERIAL_LEN 20  // RFC 5280 4.1.2.2; the octet that keeps it positive is not counted

// One message that is being parsed.
struct parse {
    const uint8_t *start;
    struct oc_error error;
    unsigned deviations;
};

// The rest of one structure in it that is still to be read. A function of another file takes its
// two parts apart, which compilers pass in registers.
struct reader {
    struct oc_bytes in;
    struct parse *parse;
};

// oci_fail notes an error at the octet `at`.
void oci_fail(struct parse *parse, const uint8_t *at, enum oc_err code, const char *what);

// fail notes an error at the element that `r` would read next, and returns false.
static inline bool fail(const struct reader *r, enum oc_err code, const char *what)
{
    oci_fail(r->parse, r->in.data, code, what);
    return false;
}

// oci_parse_finish hands the error over, if the parse was not `ok`, and returns its code.
enum oc_err oci_parse_finish(const struct parse *parse, bool ok, struct oc_error *err);

// note passes a success on, and notes a failure.
static inline bool note(struct reader *r, enum oc_err code, const char *what)
{
    return code == OC_OK || fail(r, code, what);
}

// next_is tells whether an element with this tag comes next.
static inline bool next_is(const struct reader *r, uint8_t tag)
{
    return oci_der_next_is(r->in, tag);
}

// read_content reads one element with this tag.
static inline bool read_content(struct reader *r, uint8_t tag, struct oc_bytes *content,
                                const char *what)
{
    return note(r, oci_der_read(&r->in, tag, content), what);
}

// read_whole reads one element with this tag, and returns it with tag and length.
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

// enter reads one constructed element; `inside` then reads its first part.
static inline bool enter(struct reader *r, uint8_t tag, struct reader *inside, const char *what)
{
    inside->parse = r->parse;
    return read_content(r, tag, &inside->in, what);
}

// finish fails unless everything in `r` was read.
static inline bool finish(struct reader *r, const char *what)
{
    return r->in.len == 0 || fail(r, OC_ERR_TRAILING, what);
}

static inline bool read_any(struct reader *r, struct oc_bytes *whole, const char *what)
{
    struct oc_bytes rest = r->in;
    enum oc_err code = oc_der_read_any(&rest, NULL, NULL, whole);
    r->in = rest;
    return note(r, code, what);
}

static inline bool read_boolean(struct reader *r, bool *value, const char *what)
{
    return note(r, oc_der_read_boolean(&r->in, value), what);
}

static inline bool read_integer(struct reader *r, struct oc_bytes *value, const char *what)
{
    return note(r, oci_der_read_integer(&r->in, value), what);
}

static inline bool read_enumerated(struct reader *r, uint32_t *value, const char *what)
{
    return note(r, oci_der_read_small(&r->in, OC_DER_ENUMERATED, value), what);
}

static inline bool read_null(struct reader *r, const char *what)
{
    return note(r, oc_der_read_null(&r->in), what);
}

static inline bool read_oid(struct reader *r, struct oc_bytes *oid, const char *what)
{
    return note(r, oci_der_read_oid(&r->in, oid), what);
}

static inline bool read_time(struct reader *r, int64_t *seconds, const char *what)
{
    return note(r, oci_der_read_generalized_time(&r->in, seconds, &r->parse->deviations), what);
}

// read_x509_time reads the time of a certificate or CRL (RFC 5280 4.1.2.5):
//
// Time ::= CHOICE {
//     utcTime      UTCTime,
//     generalTime  GeneralizedTime }
static inline bool read_x509_time(struct reader *r, int64_t *seconds, const char *what)
{
    if (!next_is(r, OC_DER_UTC_TIME))
        return read_time(r, seconds, what);
    return note(r, oc_der_read_utc_time(&r->in, seconds), what);
}

// is_octet_aligned tells whether a BIT STRING consists of whole octets.
static inline bool is_octet_aligned(struct oc_bytes content)
{
    return content.len != 0 && content.data[0] == 0;
}

// read_octet_aligned reads a BIT STRING of whole octets.
static inline bool read_octet_aligned(struct reader *r, struct oc_bytes *value, const char *what)
{
    if (!note(r, oci_der_read_checked(&r->in, OC_DER_BIT_STRING, is_octet_aligned, value), what))
        return false;
    oci_der_advance(value, 1);
    return true;
}

// read_parameters reads what is left of an AlgorithmIdentifier: nothing, or one element,
// which nearly always is NULL.
static inline bool read_parameters(struct reader *r, struct oc_bytes *parameters, const char *what)
{
    bool is_null = r->in.len == 2 && r->in.data[0] == OC_DER_NULL && r->in.data[1] == 0;
    *parameters = (struct oc_bytes){0};
    if (is_null)
        *parameters = r->in;
    return is_null || r->in.len == 0 || (read_any(r, parameters, what) && finish(r, what));
}

// read_algorithm reads an AlgorithmIdentifier (RFC 5280 4.1.1.2):
//
// AlgorithmIdentifier ::= SEQUENCE {
//     algorithm   OBJECT IDENTIFIER,
//     parameters  ANY DEFINED BY algorithm OPTIONAL }
static inline bool read_algorithm(struct reader *r, struct oc_algorithm *algorithm,
                                  const char *what)
{
    struct reader seq;
    return enter(r, OC_DER_SEQUENCE, &seq, what) && read_oid(&seq, &algorithm->oid, what) &&
           read_parameters(&seq, &algorithm->parameters, what);
}

// oci_read_version reads what is inside the tag of a version.
bool oci_read_version(struct oc_bytes in, struct parse *parse, uint32_t max, uint32_t *version,
                      const char *what);

// read_version reads `version [0] EXPLICIT Version DEFAULT v1` up to `max`, if it is
// there; v1 is 0.
static inline bool read_version(struct reader *r, uint32_t max, uint32_t *version, const char *what)
{
    struct reader inside;
    *version = 0;
    return !next_is(r, OC_DER_CONTEXT_CONSTRUCTED(0)) ||
           (enter(r, OC_DER_CONTEXT_CONSTRUCTED(0), &inside, what) &&
            oci_read_version(inside.in, inside.parse, max, version, what));
}

// read_serial reads a CertificateSerialNumber and notes what is odd about it.
static inline bool read_serial(struct reader *r, struct oc_bytes *serial, const char *what)
{
    if (!read_integer(r, serial, what))
        return false;
    if (serial->data[0] >= 0x80)
        r->parse->deviations |= OC_DEV_SERIAL_NEGATIVE;
    if (serial->len - (serial->data[0] == 0) > MAX_SERIAL_LEN)
        r->parse->deviations |= OC_DEV_SERIAL_LONG;
    return true;
}

// oci_read_signature reads signatureAlgorithm, signature and certs, which stand alike
// at the end of Signature (RFC 6960 4.1.1) and BasicOCSPResponse (4.2.1).
bool oci_read_signature(struct oc_bytes in, struct parse *parse, struct oc_signature *signature);

#endif
