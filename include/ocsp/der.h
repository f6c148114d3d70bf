// SPDX-License-Identifier: MIT
//
// ocsp/der.h: read and write DER, one element at a time
//
// The parsers and builders of this library use these functions. DER is defined in X.690. A
// caller can use them to read or write an extension that the library does not know. They
// allocate no memory and, except for a writer, keep no pointers.
//
// All functions may be called from several threads at once, as long as no two of them
// write to the same view, writer or buffer.
//
// Example
//
// This writes SEQUENCE { INTEGER 42, OBJECT IDENTIFIER }, the last field first, and
// reads it again:
//
//     struct oc_der_writer w;
//     oc_der_writer_init(&w, buf, sizeof buf);
//     size_t end = w.len;
//     oc_der_write_oid(&w, oid);
//     oc_der_write_small(&w, OC_DER_INTEGER, 42);
//     oc_der_write_wrap(&w, OC_DER_SEQUENCE, end);
//     if (oc_der_writer_finish(&w, &der) != OC_OK)
//         ...;
//
//     if (oc_der_read(&der, OC_DER_SEQUENCE, &pair) != OC_OK || der.len != 0 ||
//         oc_der_read_small(&pair, &number) != OC_OK ||
//         oc_der_read_oid(&pair, &oid) != OC_OK || pair.len != 0)
//         ...;
//
// Caveats
//
// Reading an element does not read what is inside it, and does not notice what follows
// it. Check at the end of each level that nothing is left, as the example does.
//
// The order of the elements of a SET is neither checked nor established.
#ifndef OCSP_DER_H
#define OCSP_DER_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// Tags

// A tag is the identifier octet as it is in the message: one of these values, or one of
// the macros below.
enum {
    OC_DER_BOOLEAN = 0x01,             // BOOLEAN
    OC_DER_INTEGER = 0x02,             // INTEGER
    OC_DER_BIT_STRING = 0x03,          // BIT STRING
    OC_DER_OCTET_STRING = 0x04,        // OCTET STRING
    OC_DER_NULL = 0x05,                // NULL
    OC_DER_OID = 0x06,                 // OBJECT IDENTIFIER
    OC_DER_ENUMERATED = 0x0A,          // ENUMERATED
    OC_DER_IA5_STRING = 0x16,          // IA5String
    OC_DER_UTC_TIME = 0x17,            // UTCTime
    OC_DER_GENERALIZED_TIME = 0x18,    // GeneralizedTime
    OC_DER_SEQUENCE = 0x30,            // SEQUENCE, SEQUENCE OF
    OC_DER_SET = 0x31,                 // SET, SET OF
    OC_DER_MAX_TAG_NUMBER = 0xFFFFFF,  // the greatest tag number that can be read
};

// OC_DER_CONTEXT and OC_DER_CONTEXT_CONSTRUCTED make a context-specific tag; `n` is at
// most 30.
#define OC_DER_CONTEXT(n) (0x80U | (n))              // [n], primitive
#define OC_DER_CONTEXT_CONSTRUCTED(n) (0xA0U | (n))  // [n], constructed

// OC_DER_HIGH makes a tag with a number of 31 or more. `identifier` is its first octet, so
// that OC_DER_HIGH(0xBF, 32) is a constructed [32].
#define OC_DER_HIGH(identifier, number) ((uint32_t)(identifier) | (uint32_t)(number) << 8)

// Reading

// Each function that reads takes the first element of `*in` and moves `*in` behind it.
// Reading is strict: lengths are definite, minimal and of four octets at most, and
// content is canonical.
//
// They return OC_OK or an error. On an error `*in` has not moved and the outputs are
// zero.
//
// - OC_ERR_MISSING: `*in` is empty.
// - OC_ERR_TRUNCATED: the element runs past the end of `*in`.
// - OC_ERR_TAG: the element has another tag.
// - OC_ERR_LENGTH: the length is indefinite, not minimal, or above four octets.
// - OC_ERR_ENCODING: the type does not allow the content, or a number is out of range.
// - OC_ERR_TIME: the time is malformed, or there is no such day.

// oc_der_read_any reads an element of any type: its tag, its content, and in `whole` all
// of it. Outputs that are not wanted may be NULL.
OC_API OC_MUST_USE enum oc_err oc_der_read_any(struct oc_bytes *in, uint32_t *tag,
                                               struct oc_bytes *content, struct oc_bytes *whole);

// oc_der_read reads an element with the tag `tag` and gives its content, which may be
// read in turn.
OC_API OC_MUST_USE enum oc_err oc_der_read(struct oc_bytes *in, uint32_t tag,
                                           struct oc_bytes *content);

// oc_der_next_is returns whether `in` starts with `tag`. It does not look at the length,
// so that reading the element may still fail.
OC_API bool oc_der_next_is(struct oc_bytes in, uint32_t tag);

// oc_der_read_boolean reads a BOOLEAN: FF is true and 00 is false; other octets are
// OC_ERR_ENCODING.
OC_API OC_MUST_USE enum oc_err oc_der_read_boolean(struct oc_bytes *in, bool *value);

// oc_der_read_integer reads an INTEGER of any length. `value` is its content: the
// shortest big-endian two's complement, at least one octet.
OC_API OC_MUST_USE enum oc_err oc_der_read_integer(struct oc_bytes *in, struct oc_bytes *value);

// oc_der_read_small reads an INTEGER from 0 to 2^31 - 1; others are
// OC_ERR_ENCODING.
OC_API OC_MUST_USE enum oc_err oc_der_read_small(struct oc_bytes *in, uint32_t *value);

// oc_der_read_enumerated reads an ENUMERATED from 0 to 2^31 - 1; others are
// OC_ERR_ENCODING.
OC_API OC_MUST_USE enum oc_err oc_der_read_enumerated(struct oc_bytes *in, uint32_t *value);

// oc_der_read_bit_string reads a BIT STRING. `*unused` is the number of bits at the end
// of the last octet, 0 to 7, that do not belong to it. They must be zero.
OC_API OC_MUST_USE enum oc_err oc_der_read_bit_string(struct oc_bytes *in, struct oc_bytes *bits,
                                                      unsigned *unused);

// oc_der_read_null reads a NULL.
OC_API OC_MUST_USE enum oc_err oc_der_read_null(struct oc_bytes *in);

// oc_der_read_oid reads an OBJECT IDENTIFIER. `oid` is its content: compare it
// with oc_bytes_equal(), print it with oc_oid_text().
OC_API OC_MUST_USE enum oc_err oc_der_read_oid(struct oc_bytes *in, struct oc_bytes *oid);

// oc_der_read_generalized_time reads a GeneralizedTime YYYYMMDDHHMMSSZ as seconds since
// 1970, for the years 0001 to 9999.
//
// A fraction of a second is dropped, and OC_DEV_TIME_FRACTION is set in `*deviations`. If
// `deviations` is NULL, a fraction is OC_ERR_TIME.
OC_API OC_MUST_USE enum oc_err oc_der_read_generalized_time(struct oc_bytes *in, int64_t *seconds,
                                                            unsigned *deviations);

// oc_der_read_utc_time reads a UTCTime YYMMDDHHMMSSZ as seconds since 1970. The years 50
// to 99 are 1950 to 1999, and 00 to 49 are 2000 to 2049 (RFC 5280 4.1.2.5.1).
OC_API OC_MUST_USE enum oc_err oc_der_read_utc_time(struct oc_bytes *in, int64_t *seconds);

// Writing

// struct oc_der_writer writes into the caller's buffer from its end, because the length
// of an element is known only when its content has been written. So the last field of
// the message is written first.
//
// The first error stays in the writer, and further calls do nothing, until
// oc_der_writer_finish() returns it. Without a buffer (NULL) nothing is written, and
// finishing gives the size.
struct oc_der_writer {
    uint8_t *buf;      // the caller's buffer, or NULL
    size_t size;       // its octets
    size_t len;        // octets written so far, at the end of the buffer
    enum oc_err code;  // the first error
};

// oc_der_writer_init starts a writer on the `size` octets at `buf`.
OC_API void oc_der_writer_init(struct oc_der_writer *w, uint8_t *buf, size_t size);

// oc_der_writer_finish sets `*out` to what was written: a view of the end of the caller's
// buffer, or, without a buffer, a view with `data` NULL and the size as `len`.
//
// Returns OC_OK, or the first error of the writer with `*out` zero: OC_ERR_SPACE for a
// buffer that is too small, OC_ERR_ARGUMENT for content that is not an INTEGER or object
// identifier, OC_ERR_TIME for a year outside 0001 to 9999.
OC_API OC_MUST_USE enum oc_err oc_der_writer_finish(const struct oc_der_writer *w,
                                                    struct oc_bytes *out);

// oc_der_write_raw writes octets as they are, for instance an element that is already
// encoded. They may lie in the writer's own buffer, in front of the place that they are
// written to, and may overlap it.
OC_API void oc_der_write_raw(struct oc_der_writer *w, struct oc_bytes raw);

// oc_der_write writes an element with this tag and content.
OC_API void oc_der_write(struct oc_der_writer *w, uint32_t tag, struct oc_bytes content);

// oc_der_write_wrap makes one element of what was written since `w->len` was `mark`: it
// puts a tag and a length in front.
OC_API void oc_der_write_wrap(struct oc_der_writer *w, uint32_t tag, size_t mark);

// oc_der_write_boolean writes a BOOLEAN.
OC_API void oc_der_write_boolean(struct oc_der_writer *w, bool value);

// oc_der_write_integer writes an INTEGER from its content: big-endian two's complement, at
// least one octet. More octets than needed are OC_ERR_ARGUMENT.
OC_API void oc_der_write_integer(struct oc_der_writer *w, struct oc_bytes value);

// oc_der_write_small writes a number as an element with this tag, OC_DER_INTEGER
// or OC_DER_ENUMERATED.
OC_API void oc_der_write_small(struct oc_der_writer *w, uint32_t tag, uint32_t value);

// oc_der_write_bit_string writes a BIT STRING of whole octets.
OC_API void oc_der_write_bit_string(struct oc_der_writer *w, struct oc_bytes bits);

// oc_der_write_null writes a NULL.
OC_API void oc_der_write_null(struct oc_der_writer *w);

// oc_der_write_oid writes an OBJECT IDENTIFIER from its content. An invalid one is
// OC_ERR_ARGUMENT.
OC_API void oc_der_write_oid(struct oc_der_writer *w, struct oc_bytes oid);

// oc_der_write_generalized_time writes seconds since 1970 as a GeneralizedTime.
// A year outside 0001 to 9999 is OC_ERR_TIME.
OC_API void oc_der_write_generalized_time(struct oc_der_writer *w, int64_t seconds);

// Text

// OC_OID_TEXT_LEN is the size of a buffer that holds the text of any object identifier of
// up to 32 octets.
#define OC_OID_TEXT_LEN 160

// oc_oid_text writes the dotted text of an object identifier, for instance
// "1.3.14.3.2.26", into the `size` octets at `buf`, with a NUL at the end.
//
// Returns the length without the NUL; or 0, with an empty text, when `oid` is not an
// object identifier, has an arc above 2^128 - 1, or needs more room.
OC_API size_t oc_oid_text(struct oc_bytes oid, char *buf, size_t size);

// OC_TIME_TEXT_LEN is the size of the buffer that oc_time_text() needs.
#define OC_TIME_TEXT_LEN 21

// oc_time_text writes seconds since 1970 as RFC 3339 text in UTC, for instance
// "2024-04-03T12:00:00Z", with a NUL at the end.
//
// Returns true; or false, with an empty text, for a year outside 0001 to 9999.
OC_API bool oc_time_text(int64_t seconds, char buf[OC_TIME_TEXT_LEN]);

#ifdef __cplusplus
}
#endif

#endif
