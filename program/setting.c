// SPDX-License-Identifier: MIT
//
// The values of settings, each read as a whole or refused as a whole.
#include "program/setting.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// factor_of returns what a letter after a number multiplies it by, 0 for an invalid letter.
static int64_t factor_of(enum setting_kind kind, char letter)
{
    static const struct {
        enum setting_kind kind;
        char letter;
        int64_t factor;
    } units[] = {{SETTING_SIZE, 'K', INT64_C(1) << 10},
                 {SETTING_SIZE, 'M', INT64_C(1) << 20},
                 {SETTING_SIZE, 'G', INT64_C(1) << 30},
                 {SETTING_SECONDS, 's', 1},
                 {SETTING_SECONDS, 'm', 60},
                 {SETTING_SECONDS, 'h', 3600},
                 {SETTING_SECONDS, 'd', 86400},
                 {SETTING_SECONDS, 'w', 604800}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].kind == kind && units[i].letter == letter)
            return units[i].factor;
    }
    return 0;
}

// read_number takes digits, at most 15 so that nothing overflows, and one letter at most.
static bool read_number(enum setting_kind kind, const char *text, int64_t *out)
{
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 15)
        return false;
    int64_t number = 0;
    for (size_t i = 0; i < n; i++)
        number = number * 10 + (text[i] - '0');
    int64_t factor = text[n] != '\0' ? factor_of(kind, text[n]) : 1;
    return factor != 0 && (text[n] == '\0' || text[n + 1] == '\0') &&
           !__builtin_mul_overflow(number, factor, out);
}

// print_number writes a number in the largest unit that divides it.
static void print_number(enum setting_kind kind, int64_t number, char *out, size_t size)
{
    const char *unit = kind == SETTING_SIZE ? "GMK" : kind == SETTING_SECONDS ? "wdhms" : "";
    while (*unit != '\0' && (number == 0 || number % factor_of(kind, *unit) != 0))
        unit++;
    int64_t factor = *unit != '\0' ? factor_of(kind, *unit) : 1;
    snprintf(out, size, "%lld%.1s", (long long)(number / factor), unit);
}

static const char *example_of(enum setting_kind kind)
{
    switch (kind) {
    case SETTING_SIZE:
        return "a number of bytes such as 256M";
    case SETTING_SECONDS:
        return "a time such as 45s, 30m, 12h or 1d";
    default:
        return "a number";
    }
}

static bool take_number(const struct setting *setting, const char *text, int64_t *out, char *why,
                        size_t size)
{
    if (!read_number(setting->kind, text, out)) {
        snprintf(why, size, "is \"%s\", which is not %s", text, example_of(setting->kind));
        return false;
    }
    if (*out >= setting->min && *out <= setting->max)
        return true;
    char min[32];
    char max[32];
    print_number(setting->kind, setting->min, min, sizeof min);
    print_number(setting->kind, setting->max, max, sizeof max);
    snprintf(why, size, "is %s, but must be from %s to %s", text, min, max);
    return false;
}

static bool take_choice(const struct setting *setting, const char *text, unsigned *out, char *why,
                        size_t size)
{
    const char *const *choices = setting->choices;
    for (unsigned i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            *out = i;
            return true;
        }
    }
    int len = snprintf(why, size, "is \"%s\", but must be", text);
    for (size_t i = 0; choices[i] != NULL && len >= 0 && (size_t)len < size; i++) {
        const char *before = i == 0 ? " " : choices[i + 1] == NULL ? " or " : ", ";
        len += snprintf(why + len, size - (size_t)len, "%s%s", before, choices[i]);
    }
    return false;
}

static bool take_text(const struct setting *setting, const char *text, const char **out, char *why,
                      size_t size)
{
    int64_t len = (int64_t)strlen(text);
    if (len < setting->min)
        snprintf(why, size, "is empty");
    else if (len > setting->max)
        snprintf(why, size, "has %lld bytes, but may have at most %lld", (long long)len,
                 (long long)setting->max);
    else {
        *out = text;
        while (*text != '\0' && !iscntrl((unsigned char)*text))
            text++;
        if (*text == '\0')
            return true;
        snprintf(why, size, "contains a control character");
    }
    return false;
}

static bool take_bool(const char *text, bool *out, char *why, size_t size)
{
    static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i], text) == 0) {
            *out = i >= 3;
            return true;
        }
    }
    snprintf(why, size, "is \"%s\", but must be true or false", text);
    return false;
}

bool setting_read(const struct setting *setting, const char *text, void *member, char *why,
                  size_t size)
{
    int64_t number = 0;
    switch (setting->kind) {
    case SETTING_TEXT:
        return take_text(setting, text, member, why, size);
    case SETTING_BOOL:
        return take_bool(text, member, why, size);
    case SETTING_CHOICE:
        return take_choice(setting, text, member, why, size);
    case SETTING_SECONDS:
        return take_number(setting, text, member, why, size);
    case SETTING_COUNT:
    case SETTING_SIZE:
        if (!take_number(setting, text, &number, why, size))
            return false;
        *(size_t *)member = (size_t)number;
        return true;
    }
    return false;
}
