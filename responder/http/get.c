// SPDX-License-Identifier: MIT
//
// A path is read once from left to right: slashes, prefix, slashes, base64. A request begins with
// the octet 0x30, so its base64 never begins with a slash.
#include "http/get.h"

#include "program/hex.h"

#include <string.h>
#include <strings.h>

// struct target is the rest of a request target.
struct target {
    const char *at;
    const char *end;
};

static size_t left(const struct target *target)
{
    return (size_t)(target->end - target->at);
}

static void skip_slashes(struct target *target)
{
    while (target->at < target->end && *target->at == '/')
        target->at++;
}

static bool skip_word(struct target *target, const char *word)
{
    size_t len = strlen(word);
    if (left(target) < len || strncasecmp(target->at, word, len) != 0)
        return false;
    target->at += len;
    return true;
}

// absolute-form (RFC 9112 3.2.2): every server must accept it, although only proxies should get it.
static bool skip_authority(struct target *target)
{
    if (left(target) > 0 && *target->at == '/')
        return true;
    if (!skip_word(target, "http://") && !skip_word(target, "https://"))
        return false;
    while (target->at < target->end && *target->at != '/')
        target->at++;
    return true;
}

static bool skip_prefix(struct target *target, const char *prefix)
{
    size_t len = strlen(prefix);
    if (len == 0)
        return true;
    if (left(target) < len || memcmp(target->at, prefix, len) != 0)
        return false;
    if (left(target) > len && target->at[len] != '/')
        return false;
    target->at += len;
    skip_slashes(target);
    return true;
}

static bool skip_any_prefix(struct target *target, const struct http_prefixes *prefixes)
{
    skip_slashes(target);
    for (size_t i = 0; i < prefixes->n; i++) {
        if (skip_prefix(target, prefixes->texts[i]))
            return true;
    }
    return false;
}

// A character's value, and its alphabets: that of RFC 4648 section 4, that of section 5, or both.
enum {
    IN_BASE = 0x40,
    IN_URL = 0x80,
    IN_BOTH = IN_BASE | IN_URL,
    VALUE = 0x3f,
    NONE = 0,
    PADDING = 1,  // in neither
};

// Indexed by character, 16 in a line; characters from 0x80 on are in no alphabet.
static const uint8_t values[256] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x7e, 0x00, 0xbe, 0x00, 0x7f,
    0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce,
    0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0x00, 0x00, 0x00, 0x00, 0xbf,
    0x00, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8,
    0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf2, 0xf3, 0x00, 0x00, 0x00, 0x00, 0x00};

// next_value reads one character, which may be percent-encoded.
static unsigned next_value(struct target *target)
{
    if (*target->at != '%')
        return values[(unsigned char)*target->at++];
    if (left(target) < 3)
        return NONE;
    int high = hex_value(target->at[1]);
    int low = hex_value(target->at[2]);
    if (high < 0 || low < 0)
        return NONE;
    target->at += 3;
    return values[high * 16 + low];
}

// struct decoder collects bits until they form octets.
struct decoder {
    uint8_t *out;
    size_t size;
    size_t len;
    size_t n_values;
    uint32_t bits;
    unsigned alphabets;
};

static bool take_value(struct decoder *decoder, unsigned value)
{
    decoder->alphabets &= value;
    decoder->bits = decoder->bits << 6 | (value & VALUE);
    if (decoder->n_values++ % 4 == 0)
        return true;
    if (decoder->len == decoder->size)
        return false;
    size_t n_missing = (4 - decoder->n_values % 4) % 4;
    decoder->out[decoder->len++] = (uint8_t)(decoder->bits >> 2 * n_missing);
    return true;
}

// Padding is complete or absent, and only at the end.
static bool is_padding(struct target *target, size_t n_values, unsigned value)
{
    size_t n_wanted = (4 - n_values % 4) % 4;
    size_t n = 1;
    for (; value == PADDING && target->at < target->end; n++)
        value = next_value(target);
    return value == PADDING && n == n_wanted;
}

static bool is_whole(const struct decoder *decoder)
{
    static const uint8_t behind[4] = {0, 0, 0x0f, 0x03};
    size_t rest = decoder->n_values % 4;
    return rest != 1 && (decoder->bits & behind[rest]) == 0 && decoder->alphabets != 0;
}

// Decodes four characters at a time, as long as none is percent-encoded.
static void take_fours(struct target *target, struct decoder *decoder)
{
    while (left(target) >= 4 && decoder->size - decoder->len >= 3) {
        const unsigned char *at = (const unsigned char *)target->at;
        unsigned a = values[at[0]], b = values[at[1]], c = values[at[2]], d = values[at[3]];
        if (a < IN_BASE || b < IN_BASE || c < IN_BASE || d < IN_BASE)
            return;
        uint8_t *out = decoder->out + decoder->len;
        decoder->alphabets &= a & b & c & d;
        out[0] = (uint8_t)((a & VALUE) << 2 | (b & VALUE) >> 4);
        out[1] = (uint8_t)((b & VALUE) << 4 | (c & VALUE) >> 2);
        out[2] = (uint8_t)((c & VALUE) << 6 | (d & VALUE));
        decoder->len += 3;
        target->at += 4;
    }
}

static enum http_get decode(struct target *target, struct decoder *decoder)
{
    take_fours(target, decoder);
    while (target->at < target->end) {
        unsigned value = next_value(target);
        if (value == NONE)
            return HTTP_GET_RUBBISH;
        if (value == PADDING) {
            if (!is_padding(target, decoder->n_values, value))
                return HTTP_GET_RUBBISH;
            break;
        }
        if (!take_value(decoder, value))
            return HTTP_GET_TOO_LONG;
    }
    return is_whole(decoder) ? HTTP_GET_REQUEST : HTTP_GET_RUBBISH;
}

enum http_get http_get_read(const char *uri, size_t len, const struct http_prefixes *prefixes,
                            uint8_t *out, size_t size, size_t *out_len)
{
    struct target target = {uri, uri + len};
    struct decoder decoder = {.out = out, .size = size, .alphabets = IN_BOTH};
    *out_len = 0;
    if (!skip_authority(&target) || !skip_any_prefix(&target, prefixes) || left(&target) == 0)
        return HTTP_GET_NOTHING;
    enum http_get result = decode(&target, &decoder);
    if (result == HTTP_GET_REQUEST)
        *out_len = decoder.len;
    return result;
}

bool http_get_is_root(const char *uri, size_t len, const struct http_prefixes *prefixes)
{
    struct target target = {uri, uri + len};
    return skip_authority(&target) && skip_any_prefix(&target, prefixes) && left(&target) == 0;
}
