// SPDX-License-Identifier: MIT
//
// Path prefixes. The base64 of a request may contain slashes, so the end of a prefix is not always
// where it seems to be: below the root, the path /MIG/MIG8 is a request, but with the prefix /MIG
// it would be something else. Such prefixes are refused. The others cannot be confused with a
// request, because that begins with the octet 0x30, and its base64 with an M and a letter from A to
// P.
#include "config/prefix.h"

#include <stdio.h>
#include <string.h>

static const char setting_name[] = "path-prefix";

bool prefix_convert(struct settings *settings, const char **text, char *why, size_t size)
{
    const char *start = *text + strspn(*text, "/");
    size_t len = strlen(start);
    if ((*text)[0] != '\0' && ((*text)[0] != '/' || start[strcspn(start, " %?#")] != '\0')) {
        snprintf(why, size, "is \"%s\": it must begin with / and have no space, %%, ? or #", *text);
        return false;
    }
    while (len > 0 && start[len - 1] == '/')
        len--;
    *text = settings_keep_text(settings, start, len, "");
    if (*text == NULL)
        snprintf(why, size, "cannot be stored: out of memory");
    return *text != NULL;
}

// The rest of a prefix behind a shorter one, NULL if it is not below that one.
static const char *below(const char *prefix, const char *shorter)
{
    size_t len = strlen(shorter);
    if (len == 0)
        return prefix;
    if (strncmp(prefix, shorter, len) != 0 || prefix[len] != '/')
        return NULL;
    return prefix + len + strspn(prefix + len, "/");
}

static bool is_like_request(const char *text)
{
    return text != NULL && text[0] == 'M' && text[1] >= 'A' && text[1] <= 'P';
}

// Inserts a prefix behind all that are not shorter, so that the first that matches is the longest.
static bool insert(struct config *config, const char *prefix)
{
    size_t at = 0;
    for (size_t i = 0; i < config->n_prefixes; i++) {
        if (strcmp(config->prefixes[i], prefix) == 0)
            return true;
        at += strlen(config->prefixes[i]) >= strlen(prefix);
    }
    if (config->n_prefixes == CONFIG_PREFIXES_MAX)
        return false;
    memmove(&config->prefixes[at + 1], &config->prefixes[at],
            (config->n_prefixes - at) * sizeof config->prefixes[0]);
    config->prefixes[at] = prefix;
    config->n_prefixes++;
    return true;
}

// step is what is done with each prefix of each setting.
typedef bool step(struct config *config, const char *prefix, int line, struct settings_error *err);

static bool add(struct config *config, const char *prefix, int line, struct settings_error *err)
{
    return insert(config, prefix) ||
           settings_fail(err, line, "more than %d different prefixes in %s", CONFIG_PREFIXES_MAX,
                         setting_name);
}

static bool check(struct config *config, const char *prefix, int line, struct settings_error *err)
{
    for (size_t i = 0; i < config->n_prefixes; i++) {
        if (is_like_request(below(prefix, config->prefixes[i])))
            return settings_fail(err, line,
                                 "%s has \"/%s\", which could be the beginning of a request below "
                                 "\"/%s\"",
                                 setting_name, prefix, config->prefixes[i]);
    }
    return true;
}

static bool each(struct config *config, const struct settings_section *root, step *todo,
                 struct settings_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < config->n_path_prefixes; i++)
        ok = todo(config, config->path_prefixes[i], settings_line(root, setting_name), err);
    for (size_t k = 0; k < config->n_issuers; k++) {
        const struct issuer_config *issuer = &config->issuers[k];
        int line = settings_line(&root->sections[k], setting_name);
        for (size_t i = 0; ok && i < issuer->n_path_prefixes; i++)
            ok = todo(config, issuer->path_prefixes[i], line, err);
    }
    return ok;
}

bool prefix_collect(struct config *config, const struct settings_section *root,
                    struct settings_error *err)
{
    return each(config, root, add, err) && each(config, root, check, err);
}
