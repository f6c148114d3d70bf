// SPDX-License-Identifier: MIT
//
// Delegates that have been seen before. A responder sends the same certificate with each
// response; who verifies many of them keeps its key, and does not check the issuer's
// signature on the same certificate twice.
//
//     struct oc_delegate slots[8];
//     struct oc_delegates delegates;
//     oc_delegates_init(&delegates, crypto, slots, 8);
//     policy.delegates = &delegates;
#ifndef OCSP_DELEGATES_H
#define OCSP_DELEGATES_H

#include <ocsp/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_delegate is the room for one delegate. Its members are the library's: the key,
// what the issuer's signature on the certificate rests on, and the SHA-256 of the whole
// certificate and of the issuer's key, which both must be the same again. Dates, purposes
// and names are read anew each time.
struct oc_delegate {
    struct oc_key *key;  // NULL: the room is free
    struct oc_strength strength;
    uint8_t cert_hash[32];
    uint8_t issuer_key_hash[32];
    uint64_t last_used;
};

// struct oc_delegates is a cache of delegates in memory of the caller. When it is full, the
// one that was not needed for longest makes room.
//
// oc_verify() writes to it: it must not be used by two threads at once.
struct oc_delegates {
    const struct oc_crypto *crypto;
    struct oc_delegate *slots;
    size_t n;
    uint64_t clock;
};

// oc_delegates_init makes a cache with room for `n` delegates at `slots`; each use looks at
// all of them. `crypto` is the table that the issuers are prepared with; with issuers of
// another table the cache is not used. Both must stay until oc_delegates_cleanup().
OC_API void oc_delegates_init(struct oc_delegates *delegates, const struct oc_crypto *crypto,
                              struct oc_delegate *slots, size_t n);

// oc_delegates_cleanup gives the keys back and empties the slots; the cache can be used
// again.
OC_API void oc_delegates_cleanup(struct oc_delegates *delegates);

#ifdef __cplusplus
}
#endif

#endif
