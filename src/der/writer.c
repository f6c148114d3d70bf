// SPDX-License-Identifier: MIT
//
// Writing DER into the caller's buffer, from its end to its start.
#include <ocsp/der.h>

#include "der/reader.h"

#include <string.h>

void oc_der_writer_init(struct oc_der_writer *w, uint8_t *buf, size_t size)
{
    *w = (struct oc_der_writer){.buf = buf, .size = size};
}

enum oc_err oc_der_writer_finish(const struct oc_der_writer *w, struct oc_bytes *out)
{
    *out = (struct oc_bytes){0};
    if (w->code != OC_OK)
        return w->code;
    out->data = w->buf == NULL ? NULL : w->buf + w->size - w->len;
    out->len = w->len;
    return OC_OK;
}

static void fail(struct oc_der_writer *w, enum oc_err code)
{
    if (w->code == OC_OK)
        w->code = code;
}

// Makes room for `n` octets in front of those written; NULL when nothing is to be
// put there.
static uint8_t *reserve(struct oc_der_writer *w, size_t n)
{
    size_t limit = w->buf == NULL ? SIZE_MAX : w->size;
    if (w->code == OC_OK && n > limit - w->len)
        w->code = OC_ERR_SPACE;
    if (w->code != OC_OK)
        return NULL;
    w->len += n;
    return w->buf == NULL ? NULL : w->buf + w->size - w->len;
}

void oc_der_write_raw(struct oc_der_writer *w, struct oc_bytes raw)
{
    uint8_t *to = reserve(w, raw.len);
    if (to != NULL && raw.len != 0)
        memmove(to, raw.data, raw.len);
}

static void put_octet(struct oc_der_writer *w, uint8_t octet)
{
    uint8_t *to = reserve(w, 1);
    if (to != NULL)
        *to = octet;
}

static void put_length(struct oc_der_writer *w, size_t len)
{
    if (len < 0x80) {
        put_octet(w, (uint8_t)len);
        return;
    }
    if (len > UINT32_MAX) {
        fail(w, OC_ERR_SPACE);
        return;
    }
    uint8_t n = 0;
    for (; len != 0; len >>= 8, n++)
        put_octet(w, (uint8_t)len);
    put_octet(w, 0x80 | n);
}

// In `tag`, a high tag number is a plain number above the first octet; in the message
// it has seven bits an octet, and all but the last octet have the top bit set.
static void put_tag(struct oc_der_writer *w, uint32_t tag)
{
    bool is_last = true;
    for (uint32_t number = tag >> 8; number != 0; number >>= 7, is_last = false)
        put_octet(w, (uint8_t)((number & 0x7F) | (is_last ? 0 : 0x80)));
    put_octet(w, (uint8_t)tag);
}

void oc_der_write_wrap(struct oc_der_writer *w, uint32_t tag, size_t mark)
{
    put_length(w, w->len - mark);
    put_tag(w, tag);
}

void oc_der_write(struct oc_der_writer *w, uint32_t tag, struct oc_bytes content)
{
    size_t mark = w->len;
    oc_der_write_raw(w, content);
    oc_der_write_wrap(w, tag, mark);
}

void oc_der_write_boolean(struct oc_der_writer *w, bool value)
{
    const uint8_t octet = value ? 0xFF : 0x00;
    oc_der_write(w, OC_DER_BOOLEAN, (struct oc_bytes){&octet, 1});
}

void oc_der_write_integer(struct oc_der_writer *w, struct oc_bytes value)
{
    if (!oci_der_is_integer(value)) {
        fail(w, OC_ERR_ARGUMENT);
        return;
    }
    oc_der_write(w, OC_DER_INTEGER, value);
}

void oc_der_write_small(struct oc_der_writer *w, uint32_t tag, uint32_t value)
{
    size_t mark = w->len;
    uint8_t octet;
    do {
        octet = (uint8_t)value;
        put_octet(w, octet);
        value >>= 8;
    } while (value != 0);
    if (octet >= 0x80)
        put_octet(w, 0);
    oc_der_write_wrap(w, tag, mark);
}

void oc_der_write_bit_string(struct oc_der_writer *w, struct oc_bytes bits)
{
    size_t mark = w->len;
    oc_der_write_raw(w, bits);
    put_octet(w, 0);
    oc_der_write_wrap(w, OC_DER_BIT_STRING, mark);
}

void oc_der_write_null(struct oc_der_writer *w)
{
    oc_der_write(w, OC_DER_NULL, (struct oc_bytes){0});
}

void oc_der_write_oid(struct oc_der_writer *w, struct oc_bytes oid)
{
    if (!oci_der_is_oid(oid)) {
        fail(w, OC_ERR_ARGUMENT);
        return;
    }
    oc_der_write(w, OC_DER_OID, oid);
}

void oc_der_write_generalized_time(struct oc_der_writer *w, int64_t seconds)
{
    uint8_t text[15];
    if (!oci_der_generalized_time_text(seconds, text)) {
        fail(w, OC_ERR_TIME);
        return;
    }
    oc_der_write(w, OC_DER_GENERALIZED_TIME, (struct oc_bytes){text, sizeof text});
}
