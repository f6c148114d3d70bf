// SPDX-License-Identifier: MIT
//
// The values of settings, each read as a whole or refused as a whole.
#include "program/setting.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// struct unit is a letter that may follow a number.
struct unit {
    char letter;
    int64_t factor;
};

static const struct unit size_units[] = {
    {'K', INT64_C(1) << 10}, {'M', INT64_C(1) << 20}, {'G', INT64_C(1) << 30}, {'\0', 0}};
static const struct unit time_units[] = {{'s', 1},     {'m', 60},     {'h', 3600},
                                         {'d', 86400}, {'w', 604800}, {'\0', 0}};
static const struct unit no_units[] = {{'\0', 0}};

static const struct unit *units_of(enum setting_kind kind)
{
    if (kind == SETTING_SIZE)
        return size_units;
    return kind == SETTING_SECONDS ? time_units : no_units;
}

static bool find_factor(const struct unit *units, char letter, int64_t *factor)
{
    for (; units->letter != '\0'; units++) {
        if (units->letter == letter) {
            *factor = units->factor;
            return true;
        }
    }
    return false;
}

// read_number takes digits, at most 15 so that nothing overflows, and one letter at most.
static bool read_number(const char *text, const struct unit *units, int64_t *out)
{
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 15)
        return false;
    int64_t number = 0;
    for (size_t i = 0; i < n; i++)
        number = number * 10 + (text[i] - '0');
    int64_t factor = 1;
    if (text[n] != '\0' && (!find_factor(units, text[n], &factor) || text[n + 1] != '\0'))
        return false;
    return !__builtin_mul_overflow(number, factor, out);
}

// print_number writes a number in the largest unit that divides it.
static void print_number(int64_t number, const struct unit *units, char *out, size_t size)
{
    struct unit best = {'\0', 1};
    for (; units->letter != '\0'; units++) {
        if (number != 0 && number % units->factor == 0)
            best = *units;
    }
    snprintf(out, size, "%lld%.1s", (long long)(number / best.factor), &best.letter);
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
    const struct unit *units = units_of(setting->kind);
    if (!read_number(text, units, out)) {
        snprintf(why, size, "is \"%s\", which is not %s", text, example_of(setting->kind));
        return false;
    }
    if (*out >= setting->min && *out <= setting->max)
        return true;
    char min[32];
    char max[32];
    print_number(setting->min, units, min, sizeof min);
    print_number(setting->max, units, max, sizeof max);
    snprintf(why, size, "is %s, and may be from %s to %s", text, min, max);
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
    int len = snprintf(why, size, "is \"%s\", and may be", text);
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
        snprintf(why, size, "has %lld bytes, and may have %lld", (long long)len,
                 (long long)setting->max);
    else {
        *out = text;
        while (*text != '\0' && !iscntrl((unsigned char)*text))
            text++;
        if (*text == '\0')
            return true;
        snprintf(why, size, "has a control character");
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
    snprintf(why, size, "is \"%s\", and may be true or false", text);
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
