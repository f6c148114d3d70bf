// SPDX-License-Identifier: MIT
//
// Delegates that have been seen before. What a slot is good for is bound to the whole
// certificate and to the issuer's key by their hashes, not to any pointer: memory may be
// used again for another issuer.
#include <ocsp/delegates.h>

#include "verify/delegates.h"

#include <string.h>

#define SHA256_LEN sizeof((struct oc_delegate *)0)->cert_hash

void oc_delegates_init(struct oc_delegates *delegates, const struct oc_crypto *crypto,
                       struct oc_delegate *slots, size_t n)
{
    *delegates = (struct oc_delegates){.crypto = crypto, .slots = slots, .n = n};
    for (size_t i = 0; i < n; i++)
        slots[i].key = NULL;
}

static void empty(const struct oc_delegates *delegates, struct oc_delegate *slot)
{
    if (slot->key != NULL)
        delegates->crypto->key_free(delegates->crypto, slot->key);
    slot->key = NULL;
}

void oc_delegates_cleanup(struct oc_delegates *delegates)
{
    for (size_t i = 0; i < delegates->n; i++)
        empty(delegates, &delegates->slots[i]);
}

static bool is_usable(const struct judge *judge)
{
    const struct oc_delegates *delegates = judge->policy->delegates;
    return delegates != NULL && delegates->n > 0 && !judge->is_request &&
           delegates->crypto == judge->issuer->crypto && judge->issuer->has_hash[OC_HASH_SHA256];
}

void oci_delegates_find(const struct judge *judge, struct delegate *delegate)
{
    struct oc_delegates *delegates = judge->policy->delegates;
    const struct oc_issuer *issuer = judge->issuer;
    if (!is_usable(judge) ||
        issuer->crypto->hash(issuer->crypto, OC_HASH_SHA256, delegate->cert->der,
                             delegate->cert_hash) != OC_OK)
        return;
    delegate->is_hashed = true;
    for (size_t i = 0; i < delegates->n; i++) {
        struct oc_delegate *slot = &delegates->slots[i];
        if (slot->key == NULL || memcmp(slot->cert_hash, delegate->cert_hash, SHA256_LEN) != 0 ||
            memcmp(slot->issuer_key_hash, issuer->key_hash[OC_HASH_SHA256], SHA256_LEN) != 0)
            continue;
        slot->last_used = ++delegates->clock;
        delegate->slot = slot;
        return;
    }
}

// A free one, or else the one that was not needed for longest.
static struct oc_delegate *choose_slot(const struct oc_delegates *delegates)
{
    struct oc_delegate *oldest = &delegates->slots[0];
    for (size_t i = 0; i < delegates->n; i++) {
        struct oc_delegate *slot = &delegates->slots[i];
        if (slot->key == NULL)
            return slot;
        if (slot->last_used < oldest->last_used)
            oldest = slot;
    }
    return oldest;
}

bool oci_delegates_keep(const struct judge *judge, const struct delegate *delegate,
                        struct oc_key *key)
{
    struct oc_delegates *delegates = judge->policy->delegates;
    if (!delegate->is_hashed)
        return false;
    struct oc_delegate *slot = choose_slot(delegates);
    empty(delegates, slot);
    slot->key = key;
    slot->strength = delegate->strength;
    slot->last_used = ++delegates->clock;
    memcpy(slot->cert_hash, delegate->cert_hash, SHA256_LEN);
    memcpy(slot->issuer_key_hash, judge->issuer->key_hash[OC_HASH_SHA256], SHA256_LEN);
    return true;
}
