// SPDX-License-Identifier: MIT
//
// A walk that looks at each tag and length once, checks that every element ends inside
// the one around it, and remembers nothing else. It decodes no value and compares no
// tag; no parser that reads all of a message can do with less.
#include "walk.h"

#include <ocsp/response.h>

enum { MAX_DEPTH = 32 };

// A long length has up to four octets. Returns the octets of the head, or 0.
static size_t read_long_head(const uint8_t *at, size_t left, size_t *len)
{
    size_t n = at[1] & 0x7F;
    if (n == 0 || n > 4 || n > left - 2)
        return 0;
    *len = 0;
    for (size_t i = 0; i < n; i++)
        *len = *len << 8 | at[2 + i];
    return 2 + n;
}

__attribute__((noinline)) size_t walk(const struct walk *walk)
{
    const uint8_t *at = walk->der.data;
    const uint8_t *open = at + walk->open;
    const uint8_t *closed = at + walk->closed;
    const uint8_t *ends[MAX_DEPTH];
    size_t depth = 0;
    size_t n = 0;
    const uint8_t *end = at + walk->der.len;
    for (;;) {
        while (at == end) {
            if (depth == 0)
                return n;
            end = ends[--depth];
        }
        size_t left = (size_t)(end - at);
        if (left < 2)
            return 0;
        size_t head = 2;
        size_t len = at[1];
        if (len >= 0x80) {
            head = read_long_head(at, left, &len);
            if (head == 0)
                return 0;
        }
        if (len > left - head)
            return 0;
        n++;
        bool enter = ((at[0] & 0x20) != 0 && at < closed) || at == open;
        at += head;
        if (!enter) {
            at += len;
            continue;
        }
        if (depth == MAX_DEPTH)
            return 0;
        ends[depth++] = end;
        end = at + len;
    }
}

void walk_init(struct walk *walk, struct oc_bytes der)
{
    *walk = (struct walk){der, der.len, der.len};
    struct oc_response resp;
    if (oc_response_parse(&resp, der, NULL) != OC_OK)
        return;
    // The head of that OCTET STRING has two, three or four octets.
    size_t content = (size_t)(resp.response.data - der.data);
    walk->open = content - (resp.response.len < 0x80 ? 2 : resp.response.len < 0x100 ? 3 : 4);
    if (resp.signature.certs.items.data != NULL)
        walk->closed = (size_t)(resp.signature.certs.items.data - der.data);
}
