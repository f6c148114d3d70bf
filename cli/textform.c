// SPDX-License-Identifier: MIT
//
// Detecting and decoding base64 and hex.
#include "textform.h"

#include "program/hex.h"
#include "program/report.h"

#include <ocsp/der.h>

#include <openssl/evp.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool starts_pair(const struct octets *text, size_t at)
{
    return at + 1 < text->len && hex_value((char)text->data[at]) >= 0 &&
           hex_value((char)text->data[at + 1]) >= 0;
}

static bool drop(struct octets *out)
{
    free(out->data);
    *out = (struct octets){0};
    return false;
}

static bool decode_hex(const struct octets *text, struct octets *out)
{
    const uint8_t *s = text->data;
    *out = (struct octets){must_alloc(text->len / 2 + 1, 1), 0};
    for (size_t i = 0; i < text->len;) {
        if (is_blank(s[i]) || (s[i] == ':' && out->len > 0)) {
            i++;
            continue;
        }
        if (s[i] == '0' && i + 1 < text->len && (s[i + 1] == 'x' || s[i + 1] == 'X'))
            i += 2;
        if (!starts_pair(text, i))
            return drop(out);
        out->data[out->len++] = (uint8_t)(hex_value((char)s[i]) << 4 | hex_value((char)s[i + 1]));
        i += 2;
    }
    return out->len > 0 || drop(out);
}

// Maps the alphabets of RFC 4648 4 and 5 to that of section 4. Returns 0 for other octets.
static uint8_t base64_letter(uint8_t c)
{
    if (c == '-')
        return '+';
    if (c == '_')
        return '/';
    return isalnum(c) || c == '+' || c == '/' ? c : 0;
}

size_t textform_offence(const struct octets *text)
{
    size_t letters = 0;
    size_t padding = 0;
    for (size_t i = 0; i < text->len; i++) {
        uint8_t c = text->data[i];
        if (is_blank(c))
            continue;
        if (c == '=' && letters > 0 && letters % 4 >= 2 && letters % 4 + padding < 4)
            padding++;
        else if (padding == 0 && base64_letter(c) != 0)
            letters++;
        else
            return i;
    }
    bool whole = letters % 4 != 1 && (padding == 0 || letters % 4 + padding == 4);
    return letters > 0 && whole ? SIZE_MAX : text->len;
}

static bool decode_base64(const struct octets *text, struct octets *out)
{
    *out = (struct octets){0};
    if (textform_offence(text) != SIZE_MAX)
        return false;

    uint8_t *letters = must_alloc(text->len + 4, 1);
    size_t n = 0;
    for (size_t i = 0; i < text->len; i++) {
        uint8_t letter = base64_letter(text->data[i]);
        if (letter != 0)
            letters[n++] = letter;
    }
    size_t padding = (4 - n % 4) % 4;
    memset(letters + n, '=', padding);
    n += padding;
    out->data = must_alloc(n / 4 * 3 + 1, 1);
    int len = EVP_DecodeBlock(out->data, letters, (int)n);
    free(letters);
    if (len < (int)padding)
        return drop(out);
    out->len = (size_t)len - padding;
    return true;
}

static bool is_like_der(const struct octets *octets)
{
    struct oc_bytes in = {octets->data, octets->len};
    struct oc_bytes content;
    return oc_der_read(&in, OC_DER_SEQUENCE, &content) == OC_OK;
}

enum message_form textform_decode(const struct octets *text, struct octets *out)
{
    struct octets hex;
    struct octets base64;
    bool is_hex = decode_hex(text, &hex);
    bool is_base64 = decode_base64(text, &base64);
    bool prefer_hex = is_hex && (is_like_der(&hex) || !is_like_der(&base64));

    free(prefer_hex ? base64.data : hex.data);
    *out = prefer_hex ? hex : base64;
    if (prefer_hex)
        return FORM_HEX;
    return is_base64 ? FORM_BASE64 : FORM_NONE;
}
