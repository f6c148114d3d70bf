// SPDX-License-Identifier: MIT
//
// Object identifiers (X.690 8.19): well formed or not, and as dotted text.
#include <ocsp/der.h>

#include "der/oid.h"

// Each arc is a run of octets with the top bit set, closed by one without; none
// starts with zero bits only, which is the octet 0x80.
bool oci_der_is_oid(struct oc_bytes oid)
{
    if (oid.len == 0 || oid.data[0] == 0x80 || oid.data[oid.len - 1] >= 0x80)
        return false;
    for (size_t i = 1; i < oid.len; i++) {
        if (oid.data[i] == 0x80 && oid.data[i - 1] < 0x80)
            return false;
    }
    return true;
}

// A number of up to 128 bits, in pieces of 32 with the lowest first: arcs that come
// from a UUID are that large (ITU-T X.667).
struct arc {
    uint32_t part[4];
};

// Puts seven bits behind those of the arc; false when there is no room for them.
static bool arc_append(struct arc *arc, uint8_t bits)
{
    uint64_t carry = bits;
    for (size_t i = 0; i < 4; i++) {
        carry += (uint64_t)arc->part[i] << 7;
        arc->part[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return carry == 0;
}

// Divides by ten and returns the remainder, which is the lowest digit.
static char arc_pop_digit(struct arc *arc)
{
    uint64_t rest = 0;
    for (size_t i = 4; i-- > 0;) {
        rest = rest << 32 | arc->part[i];
        arc->part[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
    return (char)('0' + rest);
}

static bool arc_is_zero(const struct arc *arc)
{
    return (arc->part[0] | arc->part[1] | arc->part[2] | arc->part[3]) == 0;
}

static void arc_subtract(struct arc *arc, uint32_t n)
{
    uint64_t borrow = n;
    for (size_t i = 0; i < 4; i++) {
        uint64_t part = arc->part[i];
        arc->part[i] = (uint32_t)(part - borrow);
        borrow = part < borrow ? 1 : 0;
    }
}

struct oid_text {
    char *buf;
    size_t size;
    size_t len;
};

static bool put(struct oid_text *text, char c)
{
    if (text->len + 1 >= text->size)
        return false;
    text->buf[text->len++] = c;
    return true;
}

static bool put_arc(struct oid_text *text, struct arc arc)
{
    char digits[40];
    size_t n = 0;
    do
        digits[n++] = arc_pop_digit(&arc);
    while (!arc_is_zero(&arc));
    while (n > 0) {
        if (!put(text, digits[--n]))
            return false;
    }
    return true;
}

// The first octets hold two arcs as 40 * first + second, with first at most 2.
static bool put_first_arcs(struct oid_text *text, struct arc arc)
{
    bool is_large = (arc.part[1] | arc.part[2] | arc.part[3]) != 0;
    uint32_t first = is_large || arc.part[0] >= 80 ? 2 : arc.part[0] / 40;
    arc_subtract(&arc, 40 * first);
    return put(text, (char)('0' + first)) && put(text, '.') && put_arc(text, arc);
}

static bool put_oid(struct oid_text *text, struct oc_bytes oid)
{
    struct arc arc = {0};
    bool is_first = true;
    for (size_t i = 0; i < oid.len; i++) {
        if (!arc_append(&arc, oid.data[i] & 0x7F))
            return false;
        if (oid.data[i] >= 0x80)
            continue;
        if (is_first ? !put_first_arcs(text, arc) : !put(text, '.') || !put_arc(text, arc))
            return false;
        is_first = false;
        arc = (struct arc){0};
    }
    return true;
}

size_t oc_oid_text(struct oc_bytes oid, char *buf, size_t size)
{
    struct oid_text text = {buf, size, 0};
    if (size == 0)
        return 0;
    if (!oci_der_is_oid(oid) || !put_oid(&text, oid))
        text.len = 0;
    buf[text.len] = '\0';
    return text.len;
}
