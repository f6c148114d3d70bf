// SPDX-License-Identifier: MIT
//
// The configuration: the same settings as the options of the command, by their names.
#include "staple/config.h"

#include "program/input.h"
#include "program/report.h"

#include <stdlib.h>
#include <string.h>

enum { PLACE_SIZE = 512, TITLE_MAX = 253 };

// scripts/check-docs.sh compares the two tables with ocsp-staple(1).
static const struct setting all_settings[] = {
    {"form", .id = STAPLE_FORM},
    {"haproxy-socket", .id = STAPLE_HAPROXY_SOCKET},
    {"mode", .id = STAPLE_MODE},
    {"owner", .id = STAPLE_OWNER},
    {"reload-hook", .id = STAPLE_RELOAD_HOOK},
    {"alert-hook", .id = STAPLE_ALERT_HOOK},
    {"url", .id = ASKING_URL},
    {"issuer", .id = ASKING_ISSUER, .is_list = true},
    {"metrics", .id = STAPLE_METRICS},
    {"trusted-responder", .id = ASKING_TRUSTED_RESPONDER, .is_list = true},
    {"hash", .id = ASKING_HASH},
    {"max-age", .id = ASKING_MAX_AGE},
    {"skew", .id = ASKING_SKEW},
    {"timeout", .id = ASKING_TIMEOUT},
    {"connect-timeout", .id = ASKING_CONNECT_TIMEOUT},
    {"proxy", .id = ASKING_PROXY},
    {"cache-dir", .id = ASKING_CACHE_DIR},
    {"insecure-allow-sha1", SETTING_BOOL, .id = ASKING_ALLOW_SHA1},
    {"insecure-allow-small-rsa", SETTING_BOOL, .id = ASKING_ALLOW_SMALL_RSA},
    {NULL},
};

static const struct setting staple_settings[] = {
    {"cert", .id = STAPLE_CERT},
    {"out", .id = STAPLE_OUT},
    {"form", .id = STAPLE_FORM},
    {"haproxy-socket", .id = STAPLE_HAPROXY_SOCKET},
    {"mode", .id = STAPLE_MODE},
    {"owner", .id = STAPLE_OWNER},
    {"reload-hook", .id = STAPLE_RELOAD_HOOK},
    {"alert-hook", .id = STAPLE_ALERT_HOOK},
    {"url", .id = ASKING_URL},
    {"issuer", .id = ASKING_ISSUER, .is_list = true},
    {NULL},
};

static const struct settings_form staple_form = {"staple", staple_settings, NULL};
static const struct settings_form all_form = {NULL, all_settings, &staple_form};

static void place_of(char out[PLACE_SIZE], const char *file, int line)
{
    if (line > 0)
        snprintf(out, PLACE_SIZE, "%s:%d", file, line);
    else
        snprintf(out, PLACE_SIZE, "%s", file);
}

static bool read_text(const char *file, struct octets *out)
{
    if (!input_read(file, out))
        return false;
    const char *wrong = NULL;
    if (out->len > SETTINGS_MAX)
        wrong = "larger than 1 MiB";
    else if (memchr(out->data, '\0', out->len) != NULL)
        wrong = "not a text file: it contains a NUL byte";
    if (wrong == NULL) {
        out->data = must_resize(out->data, out->len + 1, 1);
        out->data[out->len] = '\0';
        return true;
    }
    complain(file, "%s", wrong);
    free(out->data);
    return false;
}

static bool parse_file(struct staple_setup *out, const char *file)
{
    char place[PLACE_SIZE];
    struct octets text;
    struct settings_error err;
    if (!read_text(file, &text))
        return false;
    out->file = settings_parse(file, (const char *)text.data, &all_form, SETTINGS_LENIENT, &err);
    free(text.data);
    if (out->file != NULL)
        return true;
    place_of(place, file, err.line);
    complain(place, "%s", err.text);
    return false;
}

// set_flag sets an option without an argument. Options cannot be taken back, and so false is the
// same as not to set it.
static bool set_flag(const char *place, struct staple_setup *setup,
                     const struct settings_value *value)
{
    bool is_set = false;
    char why[200];
    if (!setting_read(value->setting, value->texts[0], &is_set, why, sizeof why)) {
        complain(place, "%s %s", value->setting->name, why);
        return false;
    }
    return !is_set || staple_setting_set_all(place, setup, value->setting->id, NULL);
}

// make_room makes room for the list, and for the options that follow.
static void make_room(struct asking_options *asking, const struct settings_value *value,
                      size_t n_more)
{
    if (value->setting->id == ASKING_ISSUER)
        asking->issuers =
            must_resize(asking->issuers, asking->n_issuers + value->n + n_more, sizeof(char *));
    if (value->setting->id == ASKING_TRUSTED_RESPONDER)
        asking->trusted =
            must_resize(asking->trusted, asking->n_trusted + value->n + n_more, sizeof(char *));
}

static bool set_all(struct staple_setup *setup, const struct settings_value *value, size_t n_more)
{
    char place[PLACE_SIZE];
    place_of(place, setup->file->file, value->line);
    if (value->setting->kind == SETTING_BOOL)
        return set_flag(place, setup, value);
    make_room(&setup->asking, value, n_more);
    bool ok = true;
    for (size_t i = 0; ok && i < value->n; i++)
        ok = staple_setting_set_all(place, setup, value->setting->id, value->texts[i]);
    return ok;
}

static bool set_one(const char *file, struct staple_setting *setting,
                    const struct settings_value *value)
{
    char place[PLACE_SIZE];
    place_of(place, file, value->line);
    if (value->setting->id != ASKING_ISSUER)
        return staple_setting_set(place, setting, value->setting->id, value->texts[0]);
    setting->issuers = value->texts;
    setting->n_issuers = value->n;
    return true;
}

// Names go into variables of the environment, separated by spaces.
static bool is_name(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7F)
            return false;
    }
    return len >= 1 && len <= TITLE_MAX;
}

static bool add_staple(struct staple_setup *setup, const struct settings_section *section)
{
    const char *file = setup->file->file;
    char place[PLACE_SIZE];
    place_of(place, file, section->line);
    struct staple_setting *setting = staple_setup_add(setup, section->title);
    setting->line = section->line;
    for (size_t i = 0; i < section->n_values; i++) {
        if (!set_one(file, setting, &section->values[i]))
            return false;
    }
    bool has_name = is_name(setting->name);
    if (!has_name)
        complain(place, "staple \"%s\": invalid name: use 1 to %d bytes without spaces",
                 setting->name, TITLE_MAX);
    else if (setup->n > STAPLE_ITEMS_MAX)
        complain(place, "more than %d staples", STAPLE_ITEMS_MAX);
    return has_name && setup->n <= STAPLE_ITEMS_MAX;
}

bool staple_config_read(struct staple_setup *out, const char *file, size_t n_more)
{
    if (!parse_file(out, file))
        return false;
    const struct settings_section *root = &out->file->root;
    bool ok = true;
    for (size_t i = 0; ok && i < root->n_values; i++)
        ok = set_all(out, &root->values[i], n_more);
    for (size_t i = 0; ok && i < root->n_sections; i++)
        ok = add_staple(out, &root->sections[i]);
    return ok;
}

// struct place is where a staple goes, independent of the name that was given for it.
struct place {
    const struct staple_setting *setting;
    char *path;
};

// The path of the file, or, when it is not there yet, that of its directory and its name.
static char *real_place(const char *path)
{
    char *real = realpath(path, NULL);
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (real != NULL)
        return real;
    size_t len = (size_t)(name - path);
    char *directory = must_alloc(len + 2, 1);
    memcpy(directory, slash != NULL ? path : ".", slash != NULL ? len : 1);
    real = realpath(directory, NULL);
    const char *begin = real != NULL ? real : directory;
    size_t size = strlen(begin) + strlen(name) + 2;
    char *out = must_alloc(size, 1);
    snprintf(out, size, "%s/%s", begin, name);
    free(directory);
    free(real);
    return out;
}

static int by_path(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *other = b;
    return strcmp(one->path, other->path);
}

static void complain_staple(const char *file, const struct staple_setting *setting,
                            const char *wrong, const char *more)
{
    char place[PLACE_SIZE];
    place_of(place, file, setting->line);
    complain(place, "staple \"%s\": %s%s", setting->name, wrong, more);
}

static bool are_apart(const struct staple_setup *setup, const char *file)
{
    struct place *places = must_alloc(setup->n, sizeof *places);
    bool ok = true;
    for (size_t i = 0; i < setup->n; i++)
        places[i] = (struct place){&setup->items[i], real_place(setup->items[i].out)};
    qsort(places, setup->n, sizeof *places, by_path);
    for (size_t i = 1; ok && i < setup->n; i++) {
        const struct staple_setting *one = places[i - 1].setting;
        const struct staple_setting *other = places[i].setting;
        const struct staple_setting *later = other > one ? other : one;
        ok = by_path(&places[i - 1], &places[i]) != 0;
        if (!ok)
            complain_staple(file, later, "another staple has the same output file, ", later->out);
    }
    for (size_t i = 0; i < setup->n; i++)
        free(places[i].path);
    free(places);
    return ok;
}

bool staple_config_finish(struct staple_setup *setup, const char *file)
{
    if (setup->n == 0) {
        complain(file, "missing section staple");
        return false;
    }
    for (size_t i = 0; i < setup->n; i++) {
        const char *wrong = staple_setting_finish(setup, &setup->items[i]);
        if (wrong != NULL) {
            complain_staple(file, &setup->items[i], wrong, "");
            return false;
        }
    }
    return are_apart(setup, file);
}
