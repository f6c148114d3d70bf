// SPDX-License-Identifier: MIT
//
// Reading DER (X.690 8 and 10): one element in, its content out.
#include "der/reader.h"

// The copies that are called where the compiler does not inline.
extern inline bool oci_der_is_integer(struct oc_bytes value);
extern inline bool oci_der_next_is(struct oc_bytes in, uint8_t tag);
extern inline void oci_der_advance(struct oc_bytes *in, size_t n);
extern inline enum oc_err oci_der_read(struct oc_bytes *in, uint8_t tag, struct oc_bytes *content);
extern inline enum oc_err oci_der_read_checked(struct oc_bytes *in, uint8_t tag,
                                               bool (*is_allowed)(struct oc_bytes),
                                               struct oc_bytes *content);
extern inline enum oc_err oci_der_read_integer(struct oc_bytes *in, struct oc_bytes *value);
extern inline enum oc_err oci_der_read_small(struct oc_bytes *in, uint8_t tag, uint32_t *value);
extern inline enum oc_err oci_der_read_oid(struct oc_bytes *in, struct oc_bytes *oid);
extern inline enum oc_err oci_der_read_generalized_time(struct oc_bytes *in, int64_t *seconds,
                                                        unsigned *deviations);

// Gives the code of a head that could not be read.
static struct der_head no_head(enum oc_err code)
{
    return (struct der_head){.code = code};
}

// Tag numbers from 31 on follow the first octet, seven bits in each (X.690 8.1.2.4).
static enum oc_err read_high_tag(struct oc_bytes in, uint32_t *tag, size_t *len)
{
    uint32_t number = 0;
    for (size_t i = 1; i < in.len; i++) {
        number = number << 7 | (in.data[i] & 0x7F);
        if (number == 0 || number > OC_DER_MAX_TAG_NUMBER)
            return OC_ERR_TAG;
        if (in.data[i] < 0x80) {
            *tag = OC_DER_HIGH(in.data[0], number);
            *len = i + 1;
            return number < 31 ? OC_ERR_TAG : OC_OK;
        }
    }
    return OC_ERR_TRUNCATED;
}

static enum oc_err read_tag(struct oc_bytes in, uint32_t *tag, size_t *len)
{
    if (in.len == 0)
        return OC_ERR_MISSING;
    if (in.data[0] == 0)
        return OC_ERR_TAG;
    if ((in.data[0] & 0x1F) == 0x1F)
        return read_high_tag(in, tag, len);
    *tag = in.data[0];
    *len = 1;
    return OC_OK;
}

// A length of 128 or more: the first octet counts those that hold it (X.690 8.1.3.5),
// and DER wants no more of them than needed (10.1).
static struct der_head read_long_length(struct oc_bytes in, size_t at)
{
    size_t n = in.data[at] & 0x7F;
    const uint8_t *octets = in.data + at + 1;
    if (n == 0 || n > 4)
        return no_head(OC_ERR_LENGTH);
    if (n > in.len - at - 1)
        return no_head(OC_ERR_TRUNCATED);
    uint32_t len = 0;
    for (size_t i = 0; i < n; i++)
        len = len << 8 | octets[i];
    if (octets[0] == 0 || len < 0x80)
        return no_head(OC_ERR_LENGTH);
    return (struct der_head){OC_OK, (uint32_t)(at + 1 + n), len};
}

// The length at `at`, after the tag.
static struct der_head read_length(struct oc_bytes in, size_t at)
{
    if (at >= in.len)
        return no_head(OC_ERR_TRUNCATED);
    struct der_head head = {OC_OK, (uint32_t)at + 1, in.data[at]};
    if (in.data[at] >= 0x80)
        head = read_long_length(in, at);
    if (head.code == OC_OK && head.content_len > in.len - head.len)
        return no_head(OC_ERR_TRUNCATED);
    return head;
}

// A length in two octets behind a tag of one, which is what most long elements have;
// a `code` other than OC_OK leaves it to the others.
static struct der_head read_two_octet_length(struct oc_bytes in)
{
    if (in.len < 4 || in.data[1] != 0x82)
        return no_head(OC_ERR_LENGTH);
    size_t len = (size_t)in.data[2] << 8 | in.data[3];
    if (len < 0x100 || len > in.len - 4)
        return no_head(OC_ERR_LENGTH);
    return (struct der_head){OC_OK, 4, len};
}

struct der_head oci_der_head(struct oc_bytes in, uint32_t tag)
{
    uint32_t found;
    size_t len;
    if (in.len != 0 && in.data[0] == tag && (tag & 0x1F) != 0x1F) {
        struct der_head head = read_two_octet_length(in);
        return head.code == OC_OK ? head : read_length(in, 1);
    }
    enum oc_err code = read_tag(in, &found, &len);
    if (code != OC_OK)
        return no_head(code);
    return found == tag ? read_length(in, len) : no_head(OC_ERR_TAG);
}

enum oc_err oc_der_read(struct oc_bytes *in, uint32_t tag, struct oc_bytes *content)
{
    struct der_head head = oci_der_head(*in, tag);
    *content = (struct oc_bytes){0};
    if (head.code != OC_OK)
        return head.code;
    *content = (struct oc_bytes){in->data + head.len, head.content_len};
    oci_der_advance(in, head.len + head.content_len);
    return OC_OK;
}

enum oc_err oc_der_read_any(struct oc_bytes *in, uint32_t *tag, struct oc_bytes *content,
                            struct oc_bytes *whole)
{
    uint32_t found = 0;
    struct oc_bytes inside = {0};
    struct oc_bytes rest = *in;
    size_t len;
    enum oc_err code = read_tag(*in, &found, &len);
    if (code == OC_OK)
        code = oc_der_read(&rest, found, &inside);
    if (tag != NULL)
        *tag = code == OC_OK ? found : 0;
    if (content != NULL)
        *content = inside;
    if (whole != NULL)
        *whole =
            code == OC_OK ? (struct oc_bytes){in->data, in->len - rest.len} : (struct oc_bytes){0};
    *in = rest;
    return code;
}

bool oc_der_next_is(struct oc_bytes in, uint32_t tag)
{
    uint32_t found;
    size_t len;
    return read_tag(in, &found, &len) == OC_OK && found == tag;
}

enum oc_err oc_der_read_boolean(struct oc_bytes *in, bool *value)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    *value = false;
    enum oc_err code = oci_der_read(&rest, OC_DER_BOOLEAN, &content);
    if (code != OC_OK)
        return code;
    if (content.len != 1 || (content.data[0] != 0 && content.data[0] != 0xFF))
        return OC_ERR_ENCODING;
    *value = content.data[0] != 0;
    *in = rest;
    return OC_OK;
}

enum oc_err oc_der_read_integer(struct oc_bytes *in, struct oc_bytes *value)
{
    return oci_der_read_integer(in, value);
}

enum oc_err oc_der_read_small(struct oc_bytes *in, uint32_t *value)
{
    return oci_der_read_small(in, OC_DER_INTEGER, value);
}

enum oc_err oc_der_read_enumerated(struct oc_bytes *in, uint32_t *value)
{
    return oci_der_read_small(in, OC_DER_ENUMERATED, value);
}

// The first octet counts the unused bits, which DER wants to be zero (X.690 11.2).
bool oci_der_is_bit_string(struct oc_bytes content)
{
    if (content.len == 0 || content.data[0] > 7)
        return false;
    if (content.len == 1)
        return content.data[0] == 0;
    return (content.data[content.len - 1] & ((1U << content.data[0]) - 1)) == 0;
}

enum oc_err oc_der_read_bit_string(struct oc_bytes *in, struct oc_bytes *bits, unsigned *unused)
{
    *unused = 0;
    enum oc_err code = oci_der_read_checked(in, OC_DER_BIT_STRING, oci_der_is_bit_string, bits);
    if (code != OC_OK)
        return code;
    *unused = bits->data[0];
    oci_der_advance(bits, 1);
    return OC_OK;
}

enum oc_err oc_der_read_null(struct oc_bytes *in)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    enum oc_err code = oci_der_read(&rest, OC_DER_NULL, &content);
    if (code == OC_OK && content.len != 0)
        return OC_ERR_ENCODING;
    if (code == OC_OK)
        *in = rest;
    return code;
}

enum oc_err oc_der_read_oid(struct oc_bytes *in, struct oc_bytes *oid)
{
    return oci_der_read_oid(in, oid);
}

enum oc_err oc_der_read_generalized_time(struct oc_bytes *in, int64_t *seconds,
                                         unsigned *deviations)
{
    struct oc_bytes rest = *in;
    unsigned found = 0;
    enum oc_err code = oci_der_read_generalized_time(&rest, seconds, &found);
    if (code == OC_OK && found != 0 && deviations == NULL)
        code = OC_ERR_TIME;
    if (code != OC_OK) {
        *seconds = 0;
        return code;
    }
    if (deviations != NULL)
        *deviations |= found;
    *in = rest;
    return OC_OK;
}

enum oc_err oc_der_read_utc_time(struct oc_bytes *in, int64_t *seconds)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    enum oc_err code = oci_der_read(&rest, OC_DER_UTC_TIME, &content);
    if (code == OC_OK && !oci_der_utc_time(content, seconds))
        code = OC_ERR_TIME;
    if (code != OC_OK) {
        *seconds = 0;
        return code;
    }
    *in = rest;
    return OC_OK;
}
