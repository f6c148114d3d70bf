// SPDX-License-Identifier: MIT
//
// Walking the lists of a message that was parsed.
#ifndef WIRE_LIST_H
#define WIRE_LIST_H

#include "wire/parse.h"

// list_start puts a reader before the element at `at`; false is the end of the list.
static inline bool list_start(struct oc_bytes items, size_t at, struct parse *parse,
                              struct reader *r)
{
    if (at >= items.len)
        return false;
    parse->start = items.data;
    parse->deviations = 0;
    *r = (struct reader){{items.data + at, items.len - at}, parse};
    return true;
}

// list_moved is where the reader has come to.
static inline size_t list_moved(const struct reader *r)
{
    return (size_t)(r->in.data - r->parse->start);
}

#endif
