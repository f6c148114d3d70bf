// SPDX-License-Identifier: MIT
//
// The life of an answer: it belongs to all its owners.
#include "answer/cached.h"

#include <stdlib.h>
#include <string.h>

struct cached *cached_new(struct oc_bytes der)
{
    struct cached *cached = calloc(1, sizeof *cached + der.len);
    if (cached == NULL)
        return NULL;
    atomic_init(&cached->n_owners, 1);
    cached->der_len = der.len;
    memcpy(cached->der, der.data, der.len);
    return cached;
}

void cached_hold(struct cached *cached)
{
    atomic_fetch_add_explicit(&cached->n_owners, 1, memory_order_relaxed);
}

void cached_release(struct cached *cached)
{
    if (cached == NULL || atomic_fetch_sub(&cached->n_owners, 1) != 1)
        return;
    free(cached);
}
