// SPDX-License-Identifier: MIT
//
// Files, keys and addresses in the configuration.
#include "config/value.h"

#include "base/listen_address.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool keep(struct settings *settings, const char *before, size_t len, const char **text,
                 char *why, size_t size)
{
    *text = settings_keep_text(settings, before, len, *text);
    if (*text == NULL)
        snprintf(why, size, "cannot be stored: out of memory");
    return *text != NULL;
}

bool value_path(struct settings *settings, const char **text, char *why, size_t size)
{
    const char *slash = strrchr(settings->file, '/');
    if (slash == NULL || (*text)[0] == '/')
        return true;
    return keep(settings, settings->file, (size_t)(slash - settings->file) + 1, text, why, size);
}

// A scheme of one letter is not a scheme; a file that looks like one is written ./LIKE:THIS.
bool value_is_uri(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) ||
           (n > 0 && strchr("+-.", text[n]) != NULL && text[n] != '\0'))
        n++;
    return n >= 2 && isalpha((unsigned char)text[0]) && text[n] == ':';
}

// path_of_uri returns the path in a URI of a file, as libcrypto reads it: file:/PATH, file:///PATH
// or file://localhost/PATH, with nothing decoded. "" is on another host.
static const char *path_of_uri(const char *text)
{
    static const char host[] = "//localhost/";
    text += strlen("file:");
    if (strncmp(text, "///", 3) == 0)
        return text + 2;
    if (strncasecmp(text, host, sizeof host - 1) == 0)
        return text + sizeof host - 2;
    return strncmp(text, "//", 2) == 0 ? "" : text;
}

// A file named by a URI becomes its path, so that it is checked as any other file.
bool value_key(struct settings *settings, const char **text, char *why, size_t size)
{
    if (!value_is_uri(*text))
        return value_path(settings, text, why, size);
    if (strncasecmp(*text, "file:", 5) != 0)
        return true;
    const char *path = path_of_uri(*text);
    if (path[0] == '/') {
        *text = path;
        return true;
    }
    snprintf(why, size, "is \"%s\": file: must be followed by a path that begins with a slash",
             *text);
    return false;
}

bool value_address(struct settings *settings, const char **text, char *why, size_t size)
{
    static const char scheme[] = "unix:";
    char reason[200];
    if ((*text)[0] == '\0')
        return true;
    if (!listen_address_check(*text, reason, sizeof reason)) {
        snprintf(why, size, "is \"%s\": %s", *text, reason);
        return false;
    }
    if (strncmp(*text, scheme, sizeof scheme - 1) != 0)
        return true;
    *text += sizeof scheme - 1;
    return value_path(settings, text, why, size) &&
           keep(settings, scheme, sizeof scheme - 1, text, why, size);
}
