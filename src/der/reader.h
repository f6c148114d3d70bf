// SPDX-License-Identifier: MIT
//
// The reader's inner part, inlined into the parsers: nearly every element of a
// message has a tag of one octet and a length of one octet.
#ifndef DER_READER_H
#define DER_READER_H

#include <ocsp/der.h>

#include "der/oid.h"
#include "der/time.h"

// struct der_head is the head of one element: its own length and that of the content.
struct der_head {
    enum oc_err code;
    uint32_t len;
    size_t content_len;
};

// oci_der_head finds the head of the element that `in` starts with, which must have
// this tag.
struct der_head oci_der_head(struct oc_bytes in, uint32_t tag);

// These tell whether the content of an element is what DER allows.
inline bool oci_der_is_integer(struct oc_bytes value)
{
    if (value.len == 0)
        return false;
    if (value.len == 1)
        return true;
    // The first nine bits may not be all equal (X.690 8.3.2).
    unsigned first_nine = (unsigned)value.data[0] << 1 | value.data[1] >> 7;
    return first_nine != 0 && first_nine != 0x1FF;
}

bool oci_der_is_bit_string(struct oc_bytes content);

// oci_der_next_is tells whether `in` starts with the tag of one octet `tag`.
inline bool oci_der_next_is(struct oc_bytes in, uint8_t tag)
{
    return in.len != 0 && in.data[0] == tag;
}

inline void oci_der_advance(struct oc_bytes *in, size_t n)
{
    in->data += n;
    in->len -= n;
}

// oci_der_read is oc_der_read for a tag of one octet.
inline enum oc_err oci_der_read(struct oc_bytes *in, uint8_t tag, struct oc_bytes *content)
{
    struct der_head head = {OC_OK, 2, 0};
    if (in->len >= 2 && in->data[0] == tag && in->data[1] < 0x80 && in->data[1] <= in->len - 2)
        head.content_len = in->data[1];
    else
        head = oci_der_head(*in, tag);
    if (head.code != OC_OK) {
        *content = (struct oc_bytes){0};
        return head.code;
    }
    *content = (struct oc_bytes){in->data + head.len, head.content_len};
    oci_der_advance(in, head.len + head.content_len);
    return OC_OK;
}

// oci_der_read_checked is oci_der_read for content that `is_allowed` must find right.
inline enum oc_err oci_der_read_checked(struct oc_bytes *in, uint8_t tag,
                                        bool (*is_allowed)(struct oc_bytes),
                                        struct oc_bytes *content)
{
    struct oc_bytes rest = *in;
    enum oc_err code = oci_der_read(&rest, tag, content);
    if (code != OC_OK)
        return code;
    if (!is_allowed(*content)) {
        *content = (struct oc_bytes){0};
        return OC_ERR_ENCODING;
    }
    *in = rest;
    return OC_OK;
}

inline enum oc_err oci_der_read_integer(struct oc_bytes *in, struct oc_bytes *value)
{
    return oci_der_read_checked(in, OC_DER_INTEGER, oci_der_is_integer, value);
}

// oci_der_read_small reads a number from 0 to 2^31 - 1 with this tag.
inline enum oc_err oci_der_read_small(struct oc_bytes *in, uint8_t tag, uint32_t *value)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    enum oc_err code = oci_der_read_checked(&rest, tag, oci_der_is_integer, &content);
    *value = 0;
    if (code != OC_OK)
        return code;
    if (content.len > 4 || content.data[0] >= 0x80)
        return OC_ERR_ENCODING;
    for (size_t i = 0; i < content.len; i++)
        *value = *value << 8 | content.data[i];
    *in = rest;
    return OC_OK;
}

inline enum oc_err oci_der_read_oid(struct oc_bytes *in, struct oc_bytes *oid)
{
    return oci_der_read_checked(in, OC_DER_OID, oci_der_is_oid, oid);
}

inline enum oc_err oci_der_read_generalized_time(struct oc_bytes *in, int64_t *seconds,
                                                 unsigned *deviations)
{
    struct oc_bytes rest = *in;
    struct oc_bytes content;
    enum oc_err code = oci_der_read(&rest, OC_DER_GENERALIZED_TIME, &content);
    if (code != OC_OK)
        return code;
    if (!oci_der_generalized_time(content, seconds, deviations))
        return OC_ERR_TIME;
    *in = rest;
    return OC_OK;
}

#endif
