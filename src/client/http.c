// SPDX-License-Identifier: MIT
//
// Header fields of HTTP. They are untrusted: a field that cannot be understood is read as the
// one that keeps an answer for the shortest time.
#include "client/http.h"

#include <string.h>
#include <strings.h>

// A number of seconds is cut off here: 68 years (RFC 9111 1.2.2).
#define MAX_SECONDS 0x7FFFFFFF

bool oci_http_is_type(const char *field, const char *type)
{
    size_t len = strlen(type);
    if (field == NULL || strncasecmp(field, type, len) != 0)
        return false;
    return field[len] == '\0' || strchr("; \t", field[len]) != NULL;
}

// Returns false unless the text is a number of seconds.
static bool read_seconds(const char *text, size_t len, int64_t *out)
{
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value > MAX_SECONDS ? value : value * 10 + (text[i] - '0');
    }
    *out = value < MAX_SECONDS ? value : MAX_SECONDS;
    return len > 0;
}

static void limit_age(struct oci_freshness *out, int64_t seconds)
{
    if (!out->has_max_age || seconds < out->max_age)
        out->max_age = seconds;
    out->has_max_age = true;
}

static bool has_name(const char *directive, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    return len >= name_len && strncasecmp(directive, name, name_len) == 0 &&
           (len == name_len || strchr("= \t", directive[name_len]) != NULL);
}

static void read_directive(const char *text, size_t len, struct oci_freshness *out)
{
    int64_t seconds = 0;
    if (has_name(text, len, "no-store") || has_name(text, len, "no-cache"))
        out->no_store = true;
    if (!has_name(text, len, "max-age"))
        return;
    const char *value = text + strlen("max-age=");
    size_t value_len = len > strlen("max-age=") ? len - strlen("max-age=") : 0;
    if (value_len >= 2 && value[0] == '"' && value[value_len - 1] == '"') {
        value++;
        value_len -= 2;
    }
    limit_age(out, read_seconds(value, value_len, &seconds) ? seconds : 0);
}

void oci_http_cache_control(const char *field, struct oci_freshness *out)
{
    while (*field != '\0') {
        size_t len = strcspn(field, ",");
        const char *end = field + len;
        field += strspn(field, " \t");
        const char *last = end;
        while (last > field && strchr(" \t", last[-1]) != NULL)
            last--;
        if (last > field)
            read_directive(field, (size_t)(last - field), out);
        field = *end == ',' ? end + 1 : end;
    }
}

void oci_http_age(const char *field, struct oci_freshness *out)
{
    int64_t seconds = 0;
    if (!out->has_max_age)
        return;
    if (!read_seconds(field, strlen(field), &seconds) || seconds > out->max_age)
        seconds = out->max_age;
    out->max_age -= seconds;
}
