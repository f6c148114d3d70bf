// SPDX-License-Identifier: MIT
//
// Checks the reader of paths: a request that it accepts is read again from its canonical form.
#include "check.h"

#include "expect.h"

#include "http/get.h"

#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// write_path writes base64url without padding; `out` has room for it.
static size_t write_path(const uint8_t *octets, size_t len, char *out)
{
    size_t n = 0;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    out[n++] = '/';
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | octets[i];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            out[n++] = alphabet[bits >> (n_bits - 6) & 63];
    }
    if (n_bits > 0)
        out[n++] = alphabet[bits << (6 - n_bits) & 63];
    return n;
}

static const char *const prefixes[] = {"ocsp/ica", "ocsp", ""};

// Of these the last one is the root alone, and the first one is all.
static const struct http_prefixes lists[] = {{prefixes, 3}, {prefixes + 1, 1}, {prefixes + 2, 1}};

static void check_again(const uint8_t *octets, size_t len)
{
    char *path = malloc(len * 2 + 2);
    uint8_t *again = malloc(len);
    size_t again_len;
    expect(path != NULL && again != NULL, "out of memory");
    size_t n = write_path(octets, len, path);
    expect(http_get_read(path, n, &lists[2], again, len, &again_len) == HTTP_GET_REQUEST,
           "a request is not read again");
    expect(again_len == len && memcmp(again, octets, len) == 0, "another request is read again");
    expect(http_get_read(path, n, &lists[2], again, len - 1, &again_len) == HTTP_GET_TOO_LONG,
           "a request is longer than its room");
    expect(again_len == 0, "an output after a failure");
    free(path);
    free(again);
}

// A path that is an OCSP request at the root must not be something else because of a prefix.
static void check_ambiguous(const uint8_t *data, size_t len, const uint8_t *octets,
                            size_t octets_len)
{
    uint8_t *all = malloc(len + 1);
    size_t all_len;
    expect(all != NULL, "out of memory");
    expect(http_get_read((const char *)data, len, &lists[0], all, len, &all_len) ==
                   HTTP_GET_REQUEST &&
               all_len == octets_len && memcmp(all, octets, all_len) == 0,
           "a prefix hides a request");
    free(all);
}

int check_get(const uint8_t *data, size_t len)
{
    bool is_read = false;
    uint8_t *out = malloc(len + 1);
    expect(out != NULL, "out of memory");
    for (size_t i = 0; i < 3; i++) {
        size_t out_len = len + 1;
        enum http_get result =
            http_get_read((const char *)data, len, &lists[i], out, len, &out_len);
        bool is_root = http_get_is_root((const char *)data, len, &lists[i]);
        expect(!is_root || result == HTTP_GET_NOTHING, "a root with something behind it");
        expect(result != HTTP_GET_TOO_LONG, "more octets than characters");
        expect(result == HTTP_GET_REQUEST ? out_len > 0 : out_len == 0, "a request of no octets");
        if (result == HTTP_GET_REQUEST)
            check_again(out, out_len);
        if (result == HTTP_GET_REQUEST && i == 2 && out[0] == 0x30)
            check_ambiguous(data, len, out, out_len);
        is_read = is_read || result == HTTP_GET_REQUEST;
    }
    free(out);
    return is_read;
}
