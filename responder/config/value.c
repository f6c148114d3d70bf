// SPDX-License-Identifier: MIT
//
// The values of settings, each refused as a whole or read as a whole.
#include "base/listen_address.h"
#include "config/parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// struct unit is a letter behind a number.
struct unit {
    char letter;
    int64_t factor;
};

static const struct unit size_units[] = {
    {'K', INT64_C(1) << 10}, {'M', INT64_C(1) << 20}, {'G', INT64_C(1) << 30}, {'\0', 0}};
static const struct unit time_units[] = {{'s', 1},     {'m', 60},     {'h', 3600},
                                         {'d', 86400}, {'w', 604800}, {'\0', 0}};
static const struct unit no_units[] = {{'\0', 0}};

static const struct unit *units_of(enum kind kind)
{
    if (kind == KIND_SIZE)
        return size_units;
    return kind == KIND_SECONDS ? time_units : no_units;
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
    if (__builtin_mul_overflow(number, factor, &number))
        return false;
    *out = number;
    return true;
}

// print_number writes a number in the largest unit that it is a whole number of.
static void print_number(int64_t number, const struct unit *units, char *out, size_t size)
{
    struct unit best = {'\0', 1};
    for (; units->letter != '\0'; units++) {
        if (number != 0 && number % units->factor == 0)
            best = *units;
    }
    snprintf(out, size, "%lld%.1s", (long long)(number / best.factor), &best.letter);
}

static const char *example_of(enum kind kind)
{
    switch (kind) {
    case KIND_SIZE:
        return "a number of octets such as 256M";
    case KIND_SECONDS:
        return "a time such as 45s, 30m, 12h or 1d";
    default:
        return "a number";
    }
}

static bool check_number(const struct setting *setting, const char *text, char *why, size_t size)
{
    const struct unit *units = units_of(setting->kind);
    int64_t number = 0;
    if (!read_number(text, units, &number)) {
        snprintf(why, size, "is \"%s\", which is not %s", text, example_of(setting->kind));
        return false;
    }
    if (number >= setting->min && number <= setting->max)
        return true;
    char min[32];
    char max[32];
    print_number(setting->min, units, min, sizeof min);
    print_number(setting->max, units, max, sizeof max);
    snprintf(why, size, "is %s, and may be from %s to %s", text, min, max);
    return false;
}

static bool check_choice(const struct setting *setting, const char *text, char *why, size_t size)
{
    if (setting->choices[value_choice(setting, text)] != NULL)
        return true;
    int len = snprintf(why, size, "is \"%s\", and may be", text);
    for (size_t i = 0; setting->choices[i] != NULL; i++) {
        if (len < 0 || (size_t)len >= size)
            return false;
        const char *before = i == 0 ? " " : setting->choices[i + 1] == NULL ? " or " : ", ";
        len += snprintf(why + len, size - (size_t)len, "%s%s", before, setting->choices[i]);
    }
    return false;
}

static bool check_text(const struct setting *setting, const char *text, char *why, size_t size)
{
    size_t len = strlen(text);
    if ((int64_t)len < setting->min)
        return snprintf(why, size, "is empty"), false;
    if ((int64_t)len > setting->max) {
        snprintf(why, size, "has %zu octets, and may have %lld", len, (long long)setting->max);
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (iscntrl((unsigned char)text[i]))
            return snprintf(why, size, "has a control character"), false;
    }
    return true;
}

static bool check_address(const struct setting *setting, const char *text, char *why, size_t size)
{
    if (!check_text(setting, text, why, size))
        return false;
    char reason[200];
    if (text[0] == '\0' || listen_address_check(text, reason, sizeof reason))
        return true;
    snprintf(why, size, "is \"%s\": %s", text, reason);
    return false;
}

static bool check_key(const struct setting *setting, const char *text, char *why, size_t size)
{
    if (!check_text(setting, text, why, size))
        return false;
    if (!value_is_uri(text) || value_file(text) == NULL || value_file(text)[0] == '/')
        return true;
    snprintf(why, size, "is \"%s\": behind file: stands a path that begins with a slash", text);
    return false;
}

static bool check_bool(const char *text, char *why, size_t size)
{
    bool value = false;
    if (value_bool(text, &value))
        return true;
    snprintf(why, size, "is \"%s\", and may be true or false", text);
    return false;
}

bool value_check(const struct setting *setting, const char *text, char *why, size_t size)
{
    switch (setting->kind) {
    case KIND_TEXT:
    case KIND_PATH:
        return check_text(setting, text, why, size);
    case KIND_KEY:
        return check_key(setting, text, why, size);
    case KIND_ADDRESS:
        return check_address(setting, text, why, size);
    case KIND_BOOL:
        return check_bool(text, why, size);
    case KIND_CHOICE:
        return check_choice(setting, text, why, size);
    case KIND_COUNT:
    case KIND_SIZE:
    case KIND_SECONDS:
        return check_number(setting, text, why, size);
    }
    return false;
}

int64_t value_number(const struct setting *setting, const char *text)
{
    int64_t number = setting->min;
    (void)read_number(text, units_of(setting->kind), &number);
    return number;
}

unsigned value_choice(const struct setting *setting, const char *text)
{
    unsigned i = 0;
    while (setting->choices[i] != NULL && strcmp(setting->choices[i], text) != 0)
        i++;
    return i;
}

bool value_bool(const char *text, bool *out)
{
    static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = i >= 3;
            return true;
        }
    }
    return false;
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

const char *value_file(const char *text)
{
    static const char host[] = "//localhost/";
    if (!value_is_uri(text))
        return text;
    if (strncasecmp(text, "file:", 5) != 0)
        return NULL;
    text += 5;
    if (strncmp(text, "///", 3) == 0)
        return text + 2;
    if (strncasecmp(text, host, sizeof host - 1) == 0)
        return text + sizeof host - 2;
    // Another computer's.
    return strncmp(text, "//", 2) == 0 ? "" : text;
}
