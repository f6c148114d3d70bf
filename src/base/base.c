// SPDX-License-Identifier: MIT
//
// Names of errors, deviations and hash algorithms, and the comparison of views.
// The tables hold their texts in place: pointers would need relocation.
#include <ocsp/base.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *oc_version(void)
{
    return OC_VERSION;
}

const char *oc_err_name(enum oc_err code)
{
    static const char names[][12] = {
        [OC_OK] = "ok",
        [OC_ERR_TRUNCATED] = "truncated",
        [OC_ERR_MISSING] = "missing",
        [OC_ERR_TAG] = "tag",
        [OC_ERR_LENGTH] = "length",
        [OC_ERR_TRAILING] = "trailing",
        [OC_ERR_ENCODING] = "encoding",
        [OC_ERR_TIME] = "time",
        [OC_ERR_EMPTY] = "empty",
        [OC_ERR_VERSION] = "version",
        [OC_ERR_DUPLICATE] = "duplicate",
        [OC_ERR_LIMIT] = "limit",
        [OC_ERR_STATUS] = "status",
        [OC_ERR_BODY] = "body",
        [OC_ERR_ARGUMENT] = "argument",
        [OC_ERR_SPACE] = "space",
        [OC_ERR_UNSUPPORTED] = "unsupported",
        [OC_ERR_CRYPTO] = "crypto",
    };
    return (size_t)code < COUNT(names) ? names[code] : "unknown";
}

const char *oc_deviation_name(unsigned bit)
{
    static const char names[][18] = {"version-encoded", "false-encoded",   "nonce-unwrapped",
                                     "time-fraction",   "serial-negative", "serial-long"};
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
