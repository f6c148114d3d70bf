// SPDX-License-Identifier: MIT
//
// Addresses from certificates (RFC 3986), and those of requests by GET (RFC 6960 A.1, RFC
// 9919 6).
#include "client/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Returns the address without its scheme, or an absent view.
static struct oc_bytes behind_scheme(struct oc_bytes url)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t len = strlen(schemes[i]);
        if (url.len >= len && strncasecmp((const char *)url.data, schemes[i], len) == 0)
            return (struct oc_bytes){url.data + len, url.len - len};
    }
    return (struct oc_bytes){0};
}

static size_t authority_len(struct oc_bytes rest)
{
    size_t len = 0;
    while (len < rest.len && strchr("/?#", rest.data[len]) == NULL)
        len++;
    return len;
}

const char *oci_url_fault(struct oc_bytes url)
{
    if (url.len > OCI_MAX_URL)
        return "the address is too long";
    // Parsers do not agree on what a backslash is.
    for (size_t i = 0; i < url.len; i++)
        if (url.data[i] <= 0x20 || url.data[i] >= 0x7F || url.data[i] == '\\')
            return "the address has characters that no URL has";
    struct oc_bytes rest = behind_scheme(url);
    if (rest.data == NULL)
        return "the address is neither http nor https";
    size_t len = authority_len(rest);
    if (len == 0 || rest.data[0] == ':')
        return "the address has no host";
    if (memchr(rest.data, '@', len) != NULL)
        return "the address has a user name";
    return NULL;
}

char *oci_url_text(struct oc_bytes url)
{
    size_t len = url.len < OCI_MAX_URL ? url.len : OCI_MAX_URL;
    char *text = malloc(len + 1);
    if (text == NULL)
        return NULL;
    if (len > 0)
        memcpy(text, url.data, len);
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0')
            text[i] = '?';
    text[len] = '\0';
    return text;
}

bool oci_url_same_scheme(const char *a, const char *b)
{
    return strncasecmp(a, b, strcspn(a, ":") + 1) == 0;
}

struct url_text {
    char *data;
    size_t len;
};

static bool put(struct url_text *out, const char *octets, size_t len)
{
    if (len > OCI_MAX_GET - out->len)
        return false;
    memcpy(out->data + out->len, octets, len);
    out->len += len;
    out->data[out->len] = '\0';
    return true;
}

// The three characters of base64 that have a meaning in a URL are percent-encoded.
static bool put_sextet(struct url_text *out, unsigned sextet)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    char c = alphabet[sextet];
    if (c == '+')
        return put(out, "%2B", 3);
    if (c == '/')
        return put(out, "%2F", 3);
    if (c == '=')
        return put(out, "%3D", 3);
    return put(out, &c, 1);
}

static bool put_base64(struct url_text *out, struct oc_bytes in)
{
    const unsigned pad = 64;
    for (size_t i = 0; i < in.len; i += 3) {
        size_t left = in.len - i;
        unsigned long bits = (unsigned long)in.data[i] << 16;
        bits |= left > 1 ? (unsigned long)in.data[i + 1] << 8 : 0;
        bits |= left > 2 ? in.data[i + 2] : 0;
        if (!put_sextet(out, bits >> 18) || !put_sextet(out, bits >> 12 & 63) ||
            !put_sextet(out, left > 1 ? bits >> 6 & 63 : pad) ||
            !put_sextet(out, left > 2 ? bits & 63 : pad))
            return false;
    }
    return true;
}

bool oci_url_get(const char *url, struct oc_bytes request, char out[OCI_MAX_GET + 1])
{
    struct url_text text = {out, 0};
    size_t len = strlen(url);
    if (len == 0 || strpbrk(url, "?#") != NULL || !put(&text, url, len))
        return false;
    return (url[len - 1] == '/' || put(&text, "/", 1)) && put_base64(&text, request);
}
