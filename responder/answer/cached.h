// SPDX-License-Identifier: MIT
//
// One signed answer in memory, shared by the cache, the replies that send it, and the queue that
// saves it.
#ifndef ANSWER_CACHED_H
#define ANSWER_CACHED_H

#include "base/record.h"

#include <ocsp/base.h>

#include <stdatomic.h>

// struct cached is one answer; the members that each request reads come first. It does not change
// once it is in the cache, and its last owner frees it. `links` belongs to the cache.
struct cached {
    atomic_uint n_owners;
    enum oc_hash hash;
    uint64_t issuer;
    size_t der_len;
    atomic_bool is_used;  // a client has got it
    uint8_t serial_len;
    uint8_t serial[SERIAL_MAX];
    int64_t this_update;
    int64_t next_update;
    int64_t max_age;
    uint8_t signer[32];
    char etag[65];  // SHA-256 of `der` in hex
    struct record record;
    int64_t refresh_at;
    struct cached_links {
        struct cached *ring_next;
        struct cached *ring_prev;
        uint64_t number;
        int64_t due;
        size_t at;
        bool is_referenced;
    } links;
    uint8_t der[];
};

// cached_new makes an answer with one owner; NULL when out of memory. cached_hold adds an owner,
// and cached_release removes one.
struct cached *cached_new(struct oc_bytes der);
void cached_hold(struct cached *cached);
void cached_release(struct cached *cached);

#endif
