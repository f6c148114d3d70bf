// SPDX-License-Identifier: MIT
//
// ocsp/delegates.h: a cache of the delegates that sign OCSP responses
//
// A delegate is a responder to which the issuer has given a certificate for signing
// responses (RFC 6960 4.2.2.2). It sends this certificate with each response. A caller that
// verifies many responses can keep the delegates' keys here: oc_verify() then decodes a key
// and checks the issuer's signature on its certificate only the first time. It still checks
// dates, purposes and names each time.
//
// Example
//
//     struct oc_delegate slots[8];
//     struct oc_delegates delegates;
//
//     oc_delegates_init(&delegates, crypto, slots, 8);
//     policy.delegates = &delegates;
//     ...;  // any number of calls of oc_verify() with this policy
//     oc_delegates_cleanup(&delegates);
#ifndef OCSP_DELEGATES_H
#define OCSP_DELEGATES_H

#include <ocsp/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

// struct oc_delegate is a slot for one delegate. Its members belong to the library.
//
// A delegate is found again by two SHA-256 hashes, that of its whole certificate and that of
// the issuer's key. Both must be the same.
struct oc_delegate {
    struct oc_key *key;           // NULL when the slot is free
    struct oc_strength strength;  // of the issuer's signature on the certificate
    uint8_t cert_hash[32];
    uint8_t issuer_key_hash[32];
    uint64_t last_used;
};

// struct oc_delegates is a cache of delegates, in memory of the caller. When it is full, a
// new delegate replaces the least recently used one.
//
// oc_verify() writes to the cache, so two threads must not use the same cache at once: give
// each thread its own, or none.
struct oc_delegates {
    const struct oc_crypto *crypto;
    struct oc_delegate *slots;
    size_t n;
    uint64_t clock;
};

// oc_delegates_init makes an empty cache of `n` slots at `slots`.
//
// `crypto` is the table that the issuers are prepared with; verifying with an issuer of
// another table does not use the cache. Each use looks at all slots, so keep `n` small: an
// issuer has few delegates. `crypto` and `slots` must stay valid until
// oc_delegates_cleanup().
OC_API void oc_delegates_init(struct oc_delegates *delegates, const struct oc_crypto *crypto,
                              struct oc_delegate *slots, size_t n);

// oc_delegates_cleanup frees the keys, with the table's `key_free`, and empties the slots.
// The cache can be used again afterwards.
OC_API void oc_delegates_cleanup(struct oc_delegates *delegates);

#ifdef __cplusplus
}
#endif

#endif
