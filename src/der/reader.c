// SPDX-License-Identifier: MIT
//
// Reading DER (X.690 8 and 10): one element in, its content out.
#include "der/reader.h"

#include <string.h>

// One element's head, and how long what follows it is.
struct head {
    uint32_t tag;
    size_t len;
    size_t content_len;
};

// Tag numbers from 31 on follow the first octet, seven bits in each (X.690 8.1.2.4).
static enum oc_err read_high_tag(struct oc_bytes in, struct head *head)
{
    uint32_t number = 0;
    for (size_t i = 1; i < in.len; i++) {
        number = number << 7 | (in.data[i] & 0x7F);
        if (number == 0 || number > OC_DER_MAX_TAG_NUMBER)
            return OC_ERR_TAG;
        if (in.data[i] < 0x80) {
            head->tag = OC_DER_HIGH(in.data[0], number);
            head->len = i + 1;
            return number < 31 ? OC_ERR_TAG : OC_OK;
        }
    }
    return OC_ERR_TRUNCATED;
}

static enum oc_err read_tag(struct oc_bytes in, struct head *head)
{
    if (in.len == 0)
        return OC_ERR_MISSING;
    if (in.data[0] == 0)
        return OC_ERR_TAG;
    if ((in.data[0] & 0x1F) == 0x1F)
        return read_high_tag(in, head);
    head->tag = in.data[0];
    head->len = 1;
    return OC_OK;
}

static enum oc_err read_long_length(struct oc_bytes in, struct head *head)
{
    size_t n = in.data[head->len] & 0x7F;
    if (n == 0 || n > 4)
        return OC_ERR_LENGTH;
    const uint8_t *octets = in.data + head->len + 1;
    if (n > in.len - head->len - 1)
        return OC_ERR_TRUNCATED;
    uint32_t len = 0;
    for (size_t i = 0; i < n; i++)
        len = len << 8 | octets[i];
    if (octets[0] == 0 || len < 0x80)
        return OC_ERR_LENGTH;
    head->len += 1 + n;
    head->content_len = len;
    return OC_OK;
}

static enum oc_err read_length(struct oc_bytes in, struct head *head)
{
    if (head->len >= in.len)
        return OC_ERR_TRUNCATED;
    uint8_t first = in.data[head->len];
    if (first >= 0x80) {
        enum oc_err code = read_long_length(in, head);
        if (code != OC_OK)
            return code;
    } else {
        head->len++;
        head->content_len = first;
    }
    return head->content_len > in.len - head->len ? OC_ERR_TRUNCATED : OC_OK;
}

static void take(struct oc_bytes *in, const struct head *head, struct oc_bytes *content)
{
    content->data = in->data + head->len;
    content->len = head->content_len;
    der_advance(in, head->len + head->content_len);
}

enum oc_err oci_der_read_long(struct oc_bytes *in, uint32_t tag, struct oc_bytes *content)
{
    struct head head = {0};
    enum oc_err code = read_tag(*in, &head);
    if (code == OC_OK && head.tag != tag)
        code = OC_ERR_TAG;
    if (code == OC_OK)
        code = read_length(*in, &head);
    *content = (struct oc_bytes){0};
    if (code == OC_OK)
        take(in, &head, content);
    return code;
}

enum oc_err oc_der_read(struct oc_bytes *in, uint32_t tag, struct oc_bytes *content)
{
    return oci_der_read_long(in, tag, content);
}

enum oc_err oc_der_read_any(struct oc_bytes *in, uint32_t *tag, struct oc_bytes *content,
                            struct oc_bytes *whole)
{
    struct head head = {0};
    struct oc_bytes inside = {0};
    struct oc_bytes all = {0};
    enum oc_err code = read_tag(*in, &head);
    if (code == OC_OK)
        code = read_length(*in, &head);
    if (code == OC_OK) {
        all = (struct oc_bytes){in->data, head.len + head.content_len};
        take(in, &head, &inside);
    }
    if (tag != NULL)
        *tag = code == OC_OK ? head.tag : 0;
    if (content != NULL)
        *content = inside;
    if (whole != NULL)
        *whole = all;
    return code;
}

bool oc_der_next_is(struct oc_bytes in, uint32_t tag)
{
    struct head head = {0};
    return read_tag(in, &head) == OC_OK && head.tag == tag;
}

enum oc_err oc_der_read_boolean(struct oc_bytes *in, bool *value)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    *value = false;
    enum oc_err code = der_read(&rest, OC_DER_BOOLEAN, &content);
    if (code != OC_OK)
        return code;
    if (content.len != 1 || (content.data[0] != 0 && content.data[0] != 0xFF))
        return OC_ERR_ENCODING;
    *value = content.data[0] != 0;
    *in = rest;
    return OC_OK;
}

static enum oc_err read_integer(struct oc_bytes *in, uint8_t tag, struct oc_bytes *value)
{
    struct oc_bytes rest = *in;
    enum oc_err code = der_read(&rest, tag, value);
    if (code == OC_OK && !der_is_integer(*value)) {
        *value = (struct oc_bytes){0};
        return OC_ERR_ENCODING;
    }
    if (code == OC_OK)
        *in = rest;
    return code;
}

enum oc_err oc_der_read_integer(struct oc_bytes *in, struct oc_bytes *value)
{
    return read_integer(in, OC_DER_INTEGER, value);
}

static enum oc_err read_small(struct oc_bytes *in, uint8_t tag, uint32_t *value)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    *value = 0;
    enum oc_err code = read_integer(&rest, tag, &content);
    if (code != OC_OK)
        return code;
    if (content.len > 4 || content.data[0] >= 0x80)
        return OC_ERR_ENCODING;
    for (size_t i = 0; i < content.len; i++)
        *value = *value << 8 | content.data[i];
    *in = rest;
    return OC_OK;
}

enum oc_err oc_der_read_small(struct oc_bytes *in, uint32_t *value)
{
    return read_small(in, OC_DER_INTEGER, value);
}

enum oc_err oc_der_read_enumerated(struct oc_bytes *in, uint32_t *value)
{
    return read_small(in, OC_DER_ENUMERATED, value);
}

// The first octet counts the unused bits, which DER wants to be zero (X.690 11.2).
static bool split_bit_string(struct oc_bytes content, struct oc_bytes *bits, unsigned *unused)
{
    if (content.len == 0 || content.data[0] > 7 || (content.len == 1 && content.data[0] != 0))
        return false;
    *unused = content.data[0];
    if ((content.data[content.len - 1] & ((1U << *unused) - 1)) != 0)
        return false;
    *bits = (struct oc_bytes){content.data + 1, content.len - 1};
    return true;
}

enum oc_err oc_der_read_bit_string(struct oc_bytes *in, struct oc_bytes *bits, unsigned *unused)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    *bits = (struct oc_bytes){0};
    *unused = 0;
    enum oc_err code = der_read(&rest, OC_DER_BIT_STRING, &content);
    if (code != OC_OK)
        return code;
    if (!split_bit_string(content, bits, unused)) {
        *unused = 0;
        return OC_ERR_ENCODING;
    }
    *in = rest;
    return OC_OK;
}

enum oc_err oc_der_read_null(struct oc_bytes *in)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    enum oc_err code = der_read(&rest, OC_DER_NULL, &content);
    if (code == OC_OK && content.len != 0)
        return OC_ERR_ENCODING;
    if (code == OC_OK)
        *in = rest;
    return code;
}

enum oc_err oc_der_read_oid(struct oc_bytes *in, struct oc_bytes *oid)
{
    struct oc_bytes rest = *in;
    enum oc_err code = der_read(&rest, OC_DER_OID, oid);
    if (code == OC_OK && !oci_der_is_oid(*oid)) {
        *oid = (struct oc_bytes){0};
        return OC_ERR_ENCODING;
    }
    if (code == OC_OK)
        *in = rest;
    return code;
}

enum oc_err oc_der_read_generalized_time(struct oc_bytes *in, int64_t *seconds,
                                         unsigned *deviations)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    unsigned found = 0;
    *seconds = 0;
    enum oc_err code = der_read(&rest, OC_DER_GENERALIZED_TIME, &content);
    if (code != OC_OK)
        return code;
    int64_t value;
    if (!oci_der_generalized_time(content, &value, &found) || (found != 0 && deviations == NULL))
        return OC_ERR_TIME;
    if (deviations != NULL)
        *deviations |= found;
    *seconds = value;
    *in = rest;
    return OC_OK;
}

enum oc_err oc_der_read_utc_time(struct oc_bytes *in, int64_t *seconds)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    *seconds = 0;
    enum oc_err code = der_read(&rest, OC_DER_UTC_TIME, &content);
    if (code != OC_OK)
        return code;
    if (!oci_der_utc_time(content, seconds))
        return OC_ERR_TIME;
    *in = rest;
    return OC_OK;
}
