// SPDX-License-Identifier: MIT
//
// From a poll of a store to the cache.
#include "answer/changes.h"

// FAILURES_MAX is the number of polls in a row for which a source may be absent.
enum { FAILURES_MAX = 2 };

struct poll {
    struct cache *cache;
    const struct served_issuer *issuer;
};

static bool is_of_issuer(void *arg, const struct cached *cached)
{
    const uint64_t *key = arg;
    return cached->issuer == *key;
}

void changes_drop_all(struct cache *cache, const struct served_issuer *issuer)
{
    uint64_t key = issuer->key;
    cache_drop_if(cache, is_of_issuer, &key);
}

static void take_change(void *arg, const struct oc_bytes *serial)
{
    const struct poll *poll = arg;
    if (serial != NULL)
        cache_drop(poll->cache, poll->issuer->key, *serial);
    else
        changes_drop_all(poll->cache, poll->issuer);
}

bool changes_poll(struct cache *cache, const struct served_issuer *issuer, bool is_last,
                  struct store_error *err)
{
    struct poll poll = {cache, issuer};
    const struct changes changes = {take_change, &poll, is_last};
    return issuer->store->methods->poll(issuer->store, &changes, err);
}

void changes_take_failure(struct cache *cache, struct served_issuer *issuer, enum store_fault fault)
{
    bool is_lost = fault == STORE_FAULT_DATA || fault == STORE_FAULT_ABSENT;
    unsigned before = issuer->n_lost;
    issuer->n_lost = is_lost ? before + 1 : 0;
    if (fault == STORE_FAULT_DATA || issuer->n_lost > FAILURES_MAX)
        issuer->n_lost = FAILURES_MAX;
    if (before < FAILURES_MAX && issuer->n_lost == FAILURES_MAX)
        changes_drop_all(cache, issuer);
}
