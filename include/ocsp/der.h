// SPDX-License-Identifier: MIT
//
// DER (X.690): one element in, one element out.
//
// The parsers and builders of this library stand on these functions, and so can
// a caller who reads or writes an extension that the library does not know.
// Reading is strict: lengths are definite and minimal, content is canonical.
// Nothing here allocates, and nothing keeps a pointer.
#ifndef OCSP_DER_H
#define OCSP_DER_H

#include <ocsp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

// A tag is the identifier octet as it stands in the message. A high tag number
// (31 and above) adds its number above the first octet: OC_DER_HIGH(0xBF, 32) is
// a constructed [32]. Numbers up to OC_DER_MAX_TAG_NUMBER can be read.
enum {
    OC_DER_BOOLEAN = 0x01,
    OC_DER_INTEGER = 0x02,
    OC_DER_BIT_STRING = 0x03,
    OC_DER_OCTET_STRING = 0x04,
    OC_DER_NULL = 0x05,
    OC_DER_OID = 0x06,
    OC_DER_ENUMERATED = 0x0A,
    OC_DER_IA5_STRING = 0x16,
    OC_DER_UTC_TIME = 0x17,
    OC_DER_GENERALIZED_TIME = 0x18,
    OC_DER_SEQUENCE = 0x30,
    OC_DER_SET = 0x31,
    OC_DER_MAX_TAG_NUMBER = 0xFFFFFF,
};
#define OC_DER_CONTEXT(n) (0x80U | (n))              // [n], primitive
#define OC_DER_CONTEXT_CONSTRUCTED(n) (0xA0U | (n))  // [n], constructed
#define OC_DER_HIGH(identifier, number) ((uint32_t)(identifier) | (uint32_t)(number) << 8)

// Reading.
//
// Each function reads the first element of `*in` and moves `*in` behind it. On
// failure `*in` has not moved, outputs are zero, and the code says why:
// OC_ERR_MISSING (`*in` is empty), OC_ERR_TRUNCATED, OC_ERR_TAG, OC_ERR_LENGTH,
// OC_ERR_ENCODING or OC_ERR_TIME. A length may have four octets at most.

// oc_der_read_any reads an element of any type: its tag, its content, and in
// `whole` all of it. Outputs that are not wanted may be NULL.
OC_API OC_MUST_USE enum oc_err oc_der_read_any(struct oc_bytes *in, uint32_t *tag,
                                               struct oc_bytes *content, struct oc_bytes *whole);

// oc_der_read reads an element with this tag and gives its content.
OC_API OC_MUST_USE enum oc_err oc_der_read(struct oc_bytes *in, uint32_t tag,
                                           struct oc_bytes *content);

// oc_der_next_is tells whether `in` starts with `tag`. It does not look at the
// length: a read of that element may still fail.
OC_API bool oc_der_next_is(struct oc_bytes in, uint32_t tag);

// oc_der_read_boolean reads a BOOLEAN: FF is true, 00 is false, others are errors.
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

// oc_der_read_bit_string reads a BIT STRING. `*unused` is the number of bits at
// the end of the last octet, 0 to 7, that do not belong to it; they must be zero.
OC_API OC_MUST_USE enum oc_err oc_der_read_bit_string(struct oc_bytes *in, struct oc_bytes *bits,
                                                      unsigned *unused);

// oc_der_read_null reads a NULL.
OC_API OC_MUST_USE enum oc_err oc_der_read_null(struct oc_bytes *in);

// oc_der_read_oid reads an OBJECT IDENTIFIER. `oid` is its content: compare it
// with oc_bytes_equal(), print it with oc_oid_text().
OC_API OC_MUST_USE enum oc_err oc_der_read_oid(struct oc_bytes *in, struct oc_bytes *oid);

// oc_der_read_generalized_time reads a GeneralizedTime YYYYMMDDHHMMSSZ for the
// years 0001 to 9999 as seconds since 1970. A fraction of a second is dropped and
// sets OC_DEV_TIME_FRACTION in `*deviations`, which may be NULL: then a fraction is
// OC_ERR_TIME.
OC_API OC_MUST_USE enum oc_err oc_der_read_generalized_time(struct oc_bytes *in, int64_t *seconds,
                                                            unsigned *deviations);

// oc_der_read_utc_time reads a UTCTime YYMMDDHHMMSSZ as seconds since 1970. Years
// 50 to 99 are 1950 to 1999, 00 to 49 are 2000 to 2049 (RFC 5280 4.1.2.5.1).
OC_API OC_MUST_USE enum oc_err oc_der_read_utc_time(struct oc_bytes *in, int64_t *seconds);

// Writing.
//
// struct oc_der_writer fills the caller's buffer from its end, so that the length
// of an element is known when its head is written: what comes last in the message
// is written first. An error stays until oc_der_writer_finish() returns it; calls
// in between do nothing more.
//
// Without a buffer (NULL) nothing is written and finishing gives the size.
struct oc_der_writer {
    uint8_t *buf;      // the caller's buffer, or NULL
    size_t size;       // its octets
    size_t len;        // octets written so far, at the end of the buffer
    enum oc_err code;  // the first error
};

// oc_der_writer_init starts to write into the `size` octets at `buf`.
OC_API void oc_der_writer_init(struct oc_der_writer *w, uint8_t *buf, size_t size);

// oc_der_writer_finish gives what was written: a view of the end of the caller's
// buffer, or, without a buffer, a view with `data` NULL and the size as `len`.
// Returns the first error, with `*out` zero, OC_ERR_SPACE among them.
OC_API OC_MUST_USE enum oc_err oc_der_writer_finish(const struct oc_der_writer *w,
                                                    struct oc_bytes *out);

// oc_der_write_raw writes octets as they are: an element that is encoded already. It may
// stand in the same buffer, in front of where it is written to, also in part over it.
OC_API void oc_der_write_raw(struct oc_der_writer *w, struct oc_bytes raw);

// oc_der_write writes an element with this tag and content.
OC_API void oc_der_write(struct oc_der_writer *w, uint32_t tag, struct oc_bytes content);

// oc_der_write_wrap puts tag and length in front of what was written since
// `w->len` was `mark`.
OC_API void oc_der_write_wrap(struct oc_der_writer *w, uint32_t tag, size_t mark);

// oc_der_write_boolean writes a BOOLEAN.
OC_API void oc_der_write_boolean(struct oc_der_writer *w, bool value);

// oc_der_write_integer writes an INTEGER from its content, big-endian two's
// complement, at least one octet. More octets than needed are OC_ERR_ARGUMENT.
OC_API void oc_der_write_integer(struct oc_der_writer *w, struct oc_bytes value);

// oc_der_write_small writes a number as an element with this tag, OC_DER_INTEGER
// or OC_DER_ENUMERATED.
OC_API void oc_der_write_small(struct oc_der_writer *w, uint32_t tag, uint32_t value);

// oc_der_write_bit_string writes a BIT STRING of whole octets.
OC_API void oc_der_write_bit_string(struct oc_der_writer *w, struct oc_bytes bits);

// oc_der_write_null writes a NULL.
OC_API void oc_der_write_null(struct oc_der_writer *w);

// oc_der_write_oid writes an OBJECT IDENTIFIER from its content. Content that is no
// object identifier is OC_ERR_ARGUMENT.
OC_API void oc_der_write_oid(struct oc_der_writer *w, struct oc_bytes oid);

// oc_der_write_generalized_time writes seconds since 1970 as a GeneralizedTime.
// A year outside 0001 to 9999 is OC_ERR_TIME.
OC_API void oc_der_write_generalized_time(struct oc_der_writer *w, int64_t seconds);

// Text.

// OC_OID_TEXT_LEN is a size of buffer that holds the text of every object
// identifier up to 32 octets.
#define OC_OID_TEXT_LEN 160

// oc_oid_text writes the dotted text of an object identifier, for instance
// "1.3.14.3.2.26", into the `size` octets at `buf`, with a NUL at the end.
//
// Returns the length without the NUL, or 0, with an empty text, when `oid` is no
// object identifier, has an arc above 2^128 - 1, or needs more room.
OC_API size_t oc_oid_text(struct oc_bytes oid, char *buf, size_t size);

// OC_TIME_TEXT_LEN is the size of buffer that oc_time_text() needs.
#define OC_TIME_TEXT_LEN 21

// oc_time_text writes seconds since 1970 as RFC 3339 text in UTC, for instance
// "2024-04-03T12:00:00Z", with a NUL at the end.
//
// Returns false, with an empty text, for a year outside 0001 to 9999.
OC_API bool oc_time_text(int64_t seconds, char buf[OC_TIME_TEXT_LEN]);

#ifdef __cplusplus
}
#endif

#endif
