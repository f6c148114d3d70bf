// SPDX-License-Identifier: MIT
//
// The reader's inner part, inlined into the parsers: nearly every element of a
// message has a tag of one octet and a length of one octet.
#ifndef DER_READER_H
#define DER_READER_H

#include <ocsp/der.h>

// oci_der_read_long is oc_der_read for every element that der_read does not take at
// once, errors included.
enum oc_err oci_der_read_long(struct oc_bytes *in, uint32_t tag, struct oc_bytes *content);

// oci_der_generalized_time and oci_der_utc_time read the content of a time.
bool oci_der_generalized_time(struct oc_bytes text, int64_t *seconds, unsigned *deviations);
bool oci_der_utc_time(struct oc_bytes text, int64_t *seconds);

// oci_der_generalized_time_text writes seconds as the 15 characters of a GeneralizedTime.
bool oci_der_generalized_time_text(int64_t seconds, uint8_t text[15]);

// der_is_integer and oci_der_is_oid tell whether content is what DER allows.
static inline bool der_is_integer(struct oc_bytes value)
{
    if (value.len == 0)
        return false;
    if (value.len == 1)
        return true;
    // The first nine bits may not be all equal (X.690 8.3.2).
    unsigned first_nine = (unsigned)value.data[0] << 1 | value.data[1] >> 7;
    return first_nine != 0 && first_nine != 0x1FF;
}

bool oci_der_is_oid(struct oc_bytes oid);

// der_next_is tells whether `in` starts with the tag of one octet `tag`.
static inline bool der_next_is(struct oc_bytes in, uint8_t tag)
{
    return in.len != 0 && in.data[0] == tag;
}

static inline void der_advance(struct oc_bytes *in, size_t n)
{
    in->data += n;
    in->len -= n;
}

// der_read is oc_der_read for a tag of one octet.
static inline enum oc_err der_read(struct oc_bytes *in, uint8_t tag, struct oc_bytes *content)
{
    if (in->len < 2 || in->data[0] != tag || in->data[1] >= 0x80 || in->data[1] > in->len - 2)
        return oci_der_read_long(in, tag, content);
    content->data = in->data + 2;
    content->len = in->data[1];
    der_advance(in, 2 + content->len);
    return OC_OK;
}

#endif
