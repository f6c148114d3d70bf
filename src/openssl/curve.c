// SPDX-License-Identifier: MIT
//
// Keys of the usual curves (RFC 5480), from a copy of an empty key: libcrypto's general
// decoder takes longer than the signature that the key is for.
#include "openssl/curve.h"

#include <string.h>

// The octets before the point in a SubjectPublicKeyInfo, and the first octet of an
// uncompressed point. All other keys go to the general decoder.
static const struct {
    const char *group;
    size_t point_len;
    size_t prefix_len;
    uint8_t prefix[27];
} curves[N_CURVES] = {
    {"P-256", 65, 27, {0x30, 0x59, 0x30, 0x13, 6,    7,    0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 6,
                       8,    0x2A, 0x86, 0x48, 0xCE, 0x3D, 3,    1,    7,    3,    0x42, 0, 4}},
    {"P-384", 97, 24, {0x30, 0x76, 0x30, 0x10, 6,    7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2,
                       1,    6,    5,    0x2B, 0x81, 4, 0,    0x22, 3,    0x62, 0,    4}},
    {"P-521", 133, 26, {0x30, 0x81, 0x9B, 0x30, 0x10, 6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2,
                        1,    6,    5,    0x2B, 0x81, 4, 0, 0x23, 3,    0x81, 0x86, 0,    4}},
};

EVP_PKEY *oci_ec_template(size_t curve)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL)
        return NULL;
    if (EVP_PKEY_paramgen_init(context) != 1 ||
        EVP_PKEY_CTX_set_group_name(context, curves[curve].group) != 1 ||
        EVP_PKEY_paramgen(context, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

// libcrypto refuses a point that is not on the curve.
static EVP_PKEY *decode_point(EVP_PKEY *template, const uint8_t *point, size_t len)
{
    EVP_PKEY *key = EVP_PKEY_dup(template);
    if (key != NULL && EVP_PKEY_set1_encoded_public_key(key, point, len) == 1)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

EVP_PKEY *oci_ec_decode(const struct table *table, struct oc_bytes spki)
{
    for (size_t i = 0; i < N_CURVES; i++) {
        size_t head = curves[i].prefix_len - 1;
        if (table->curves[i] != NULL && spki.len == head + curves[i].point_len &&
            memcmp(spki.data, curves[i].prefix, curves[i].prefix_len) == 0)
            return decode_point(table->curves[i], spki.data + head, curves[i].point_len);
    }
    return NULL;
}
