// SPDX-License-Identifier: MIT
//
// A path is read from left to right, once: slashes, prefix, slashes, base64. A request begins
// with the octet 0x30, so that its base64 never begins with a slash.
#include "http_get.h"

#include <string.h>
#include <strings.h>

// struct text is what is still to be read.
struct text {
    const char *at;
    const char *end;
};

static size_t left(const struct text *text)
{
    return (size_t)(text->end - text->at);
}

static void skip_slashes(struct text *text)
{
    while (text->at < text->end && *text->at == '/')
        text->at++;
}

static bool skip_word(struct text *text, const char *word)
{
    size_t len = strlen(word);
    if (left(text) < len || strncasecmp(text->at, word, len) != 0)
        return false;
    text->at += len;
    return true;
}

// absolute-form (RFC 9112 3.2.2): every server has to take it, though only proxies get it.
static bool skip_authority(struct text *text)
{
    if (left(text) > 0 && *text->at == '/')
        return true;
    if (!skip_word(text, "http://") && !skip_word(text, "https://"))
        return false;
    while (text->at < text->end && *text->at != '/')
        text->at++;
    return true;
}

static bool skip_prefix(struct text *text, const char *prefix)
{
    size_t len = strlen(prefix);
    skip_slashes(text);
    if (len == 0)
        return true;
    if (left(text) < len || memcmp(text->at, prefix, len) != 0)
        return false;
    text->at += len;
    if (left(text) > 0 && *text->at != '/')
        return false;
    skip_slashes(text);
    return true;
}

enum {
    ALPHABET_BASE = 0x40,  // a character of section 4 alone
    ALPHABET_URL = 0x80,   // of section 5 alone
    VALUE = 0x3f,
    PADDING = 0xfe,
    NONE = 0xff,
};

// The value of a character, and the alphabet that it gives away.
static unsigned value_of(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26U;
    if (c >= '0' && c <= '9')
        return c - '0' + 52U;
    switch (c) {
    case '+':
        return ALPHABET_BASE | 62U;
    case '/':
        return ALPHABET_BASE | 63U;
    case '-':
        return ALPHABET_URL | 62U;
    case '_':
        return ALPHABET_URL | 63U;
    case '=':
        return PADDING;
    default:
        return NONE;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// next_value takes one character, or the three that stand for one.
static unsigned next_value(struct text *text)
{
    if (*text->at != '%')
        return value_of((unsigned char)*text->at++);
    if (left(text) < 3)
        return NONE;
    int high = hex_digit(text->at[1]);
    int low = hex_digit(text->at[2]);
    if (high < 0 || low < 0)
        return NONE;
    text->at += 3;
    return value_of((unsigned char)(high * 16 + low));
}

// struct decoder gathers bits until they are octets.
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
    decoder->alphabets |= value & (ALPHABET_BASE | ALPHABET_URL);
    decoder->bits = decoder->bits << 6 | (value & VALUE);
    if (decoder->n_values++ % 4 == 0)
        return true;
    if (decoder->len == decoder->size)
        return false;
    size_t n_missing = (4 - decoder->n_values % 4) % 4;
    decoder->out[decoder->len++] = (uint8_t)(decoder->bits >> 2 * n_missing);
    return true;
}

// The padding is whole or absent, and stands at the end.
static bool is_padding(struct text *text, size_t n_values, unsigned value)
{
    size_t n_wanted = (4 - n_values % 4) % 4;
    size_t n = 1;
    for (; value == PADDING && text->at < text->end; n++)
        value = next_value(text);
    return value == PADDING && n == n_wanted;
}

static bool is_whole(const struct decoder *decoder)
{
    static const uint8_t behind[4] = {0, 0, 0x0f, 0x03};
    size_t rest = decoder->n_values % 4;
    return rest != 1 && (decoder->bits & behind[rest]) == 0 &&
           decoder->alphabets != (ALPHABET_BASE | ALPHABET_URL);
}

static enum http_get decode(struct text *text, struct decoder *decoder)
{
    while (text->at < text->end) {
        unsigned value = next_value(text);
        if (value == NONE)
            return HTTP_GET_RUBBISH;
        if (value == PADDING) {
            if (!is_padding(text, decoder->n_values, value))
                return HTTP_GET_RUBBISH;
            break;
        }
        if (!take_value(decoder, value))
            return HTTP_GET_TOO_LONG;
    }
    return is_whole(decoder) ? HTTP_GET_REQUEST : HTTP_GET_RUBBISH;
}

enum http_get http_get_read(const char *uri, size_t len, const char *prefix, uint8_t *out,
                            size_t size, size_t *out_len)
{
    struct text text = {uri, uri + len};
    struct decoder decoder = {.out = out, .size = size};
    *out_len = 0;
    if (!skip_authority(&text) || !skip_prefix(&text, prefix) || left(&text) == 0)
        return HTTP_GET_NOTHING;
    enum http_get result = decode(&text, &decoder);
    if (result == HTTP_GET_REQUEST)
        *out_len = decoder.len;
    return result;
}

bool http_get_is_root(const char *uri, size_t len, const char *prefix)
{
    struct text text = {uri, uri + len};
    return skip_authority(&text) && skip_prefix(&text, prefix) && left(&text) == 0;
}
