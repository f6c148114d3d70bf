// SPDX-License-Identifier: MIT
//
// Names of errors, deviations and hash algorithms, and the comparison of views.
#include <ocsp/base.h>

#include "base/names.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *oc_version(void)
{
    return OC_VERSION;
}

// In the order of enum oc_err, after the name of an invalid code.
const char *oc_err_name(enum oc_err code)
{
    static const char names[] = "unknown\0"
                                "ok\0"
                                "truncated\0"
                                "missing\0"
                                "tag\0"
                                "length\0"
                                "trailing\0"
                                "encoding\0"
                                "time\0"
                                "empty\0"
                                "version\0"
                                "duplicate\0"
                                "limit\0"
                                "status\0"
                                "body\0"
                                "not-successful\0"
                                "not-basic\0"
                                "no-match\0"
                                "signer\0"
                                "delegate-issuer\0"
                                "delegate-purpose\0"
                                "delegate-time\0"
                                "signature\0"
                                "weak-hash\0"
                                "weak-key\0"
                                "critical\0"
                                "not-yet\0"
                                "expired\0"
                                "too-old\0"
                                "time-order\0"
                                "nonce-missing\0"
                                "nonce-mismatch\0"
                                "argument\0"
                                "space\0"
                                "unsupported\0"
                                "crypto\0"
                                "key-mismatch\0"
                                "passphrase\0"
                                "read\0"
                                "memory\0";
    return oci_nth_name(names, (size_t)code + 1);
}

const char *oc_deviation_name(unsigned bit)
{
    static const char names[][18] = {"version-encoded", "false-encoded",   "nonce-unwrapped",
                                     "time-fraction",   "serial-negative", "serial-long",
                                     "list-empty",      "entry-date",      "entry-extension"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (bit == 1U << i)
            return names[i];
    }
    return NULL;
}

// Indexed by enum oc_hash.
static const struct {
    char name[8];
    uint8_t len;
} hashes[] = {
    [OC_HASH_OTHER] = {"other", 0},    [OC_HASH_SHA1] = {"sha1", 20},
    [OC_HASH_SHA224] = {"sha224", 28}, [OC_HASH_SHA256] = {"sha256", 32},
    [OC_HASH_SHA384] = {"sha384", 48}, [OC_HASH_SHA512] = {"sha512", 64},
};

const char *oc_hash_name(enum oc_hash hash)
{
    return hashes[(size_t)hash < COUNT(hashes) ? hash : OC_HASH_OTHER].name;
}

enum oc_hash oc_hash_from_name(const char *name)
{
    for (size_t i = OC_HASH_SHA1; i < COUNT(hashes); i++) {
        if (strcmp(name, hashes[i].name) == 0)
            return (enum oc_hash)i;
    }
    return OC_HASH_OTHER;
}

size_t oc_hash_len(enum oc_hash hash)
{
    return (size_t)hash < COUNT(hashes) ? hashes[hash].len : 0;
}

bool oc_bytes_equal(struct oc_bytes a, struct oc_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
